/**
 * A dialog over everything: focus stays inside, Escape closes, focus goes back.
 */
import type { ReactNode } from 'react'
import { Dialog as Base, Modal, ModalOverlay } from 'react-aria-components'
import styles from './controls.module.css'

type Props = {
  readonly label: string
  readonly open: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Dialog({ label, open, onClose, children }: Props) {
  return (
    <ModalOverlay
      className={styles['veil'] ?? ''}
      isOpen={open}
      isDismissable
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Modal>
        <Base className={styles['dialog'] ?? ''} aria-label={label}>
          {children}
        </Base>
      </Modal>
    </ModalOverlay>
  )
}
