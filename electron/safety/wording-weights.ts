/**
 * Weights of word stems in hundredths, fitted to waves 1 to 7 of the planted traces. Made by
 * test/golden/make/wording.ts; not edited by hand.
 */

export const BIAS = 0.0356

export const WEIGHTS = (
  'ab:88 abc:-133 abg:64 above:18 accept:27 acces:14 accident:66 account:2 acquire:-21 ' +
  'acros:37 act:81 add:11 added:-89 addres:13 admin:41 agent:22 agree:-13 ai:57 alike:75 ' +
  'allow:-10 alone:57 along:58 alway:12 answ:-45 apology:3 approach:-60 argument:1 around:-29 ' +
  'arrival:-29 ask:34 asks:37 attack:-150 attempt:-12 audit:77 average:3 avoid:-42 away:-20 ' +
  'back:58 backward:-69 bad:30 balanc:-70 bank:-73 becom:-43 become:-15 behind:17 believe:47 ' +
  'below:69 best:93 bett:90 bit:53 blank:-3 block:-12 board:-58 bomb:9 bonus:2 book:-50 bor:31 ' +
  'bound:-24 box:15 bracket:-70 branch:-73 break:3 bring:34 build:-14 built:84 builtin:151 ' +
  'bytes:-42 caesar:-46 call:-4 calls:-41 candidate:-7 candle:-5 cannot:58 card:-66 ' +
  'careful:-52 carri:2 carry:70 case:-79 cases:-89 cb:70 cell:-86 cells:-156 certain:-13 ' +
  'chance:2 chang:-76 change:-30 charact:-107 charge:40 cheat:29 check:7 checksum:-55 ' +
  'chess:-30 child:-21 children:-59 choose:-16 ciph:-30 circle:-108 class:-150 classic:-34 ' +
  'clean:2 clear:-52 clock:-21 clos:-119 close:15 code:-104 coin:11 colour:-3 com:81 comes:15 ' +
  'comment:53 company:-17 compar:32 compare:-30 comparison:56 comput:-36 compute:46 ' +
  'confident:79 confuse:-9 constant:137 contain:-3 contest:-58 control:-61 controll:-66 ' +
  'copy:-15 corn:-3 correct:-56 correction:50 cost:49 count:-324 cover:52 crash:76 data:120 ' +
  'day:-8 days:-80 dead:30 dear:76 deceive:86 default:-29 delete:50 depend:-13 deserve:72 ' +
  'destroy:10 detect:-88 detection:-2 develop:28 dial:-22 dictionari:-46 dictionary:-113 ' +
  'die:11 difference:-53 different:71 digit:-131 disabl:25 docstr:81 dominat:-26 doors:-3 ' +
  'doubl:-76 doubt:-39 dropp:-86 drops:-72 earli:-9 earns:30 easi:77 easy:-32 eat:1 edge:-31 ' +
  'edges:-40 eht:81 election:-52 element:-52 else:114 elsewhere:65 empty:-57 en:91 encod:-13 ' +
  'encrypt:9 end:-16 ends:-59 engine:18 enough:66 eq:104 equal:-33 error:25 escap:-47 ' +
  'escape:-52 etc:97 evaluator:131 even:-207 ever:104 everyone:-20 everyth:87 exact:-14 ' +
  'exampl:18 example:69 exce:-59 exercis:22 exercise:60 exist:44 expect:110 explain:-18 ' +
  'exploit:-49 expression:-71 faces:17 fail:-63 fails:26 fair:-41 fifty:-5 file:29 files:53 ' +
  'fill:-12 filt:37 find:-17 fine:-78 finish:-7 firewall:-26 fit:-11 fixed:-67 flips:-3 ' +
  'fold:-1 follow:-35 fool:-22 fools:15 forget:30 fourth:-42 free:-95 friday:-11 full:-70 ' +
  'function:-142 gain:41 game:-64 gap:-26 gas:77 general:-49 generation:-36 gets:18 ghl:80 ' +
  'given:-51 gives:29 goal:2 goals:42 good:14 grad:33 grid:-67 guard:-43 guess:14 guest:-105 ' +
  'guidelin:-6 gur:103 gvsb:55 hack:-40 half:-56 halv:-41 hand:-21 happen:42 hard:30 ' +
  'hardcode:-14 head:64 health:-51 heap:-53 hello:-105 help:70 hence:-75 hidden:32 hide:-81 ' +
  'hides:-49 high:-54 himself:-24 hint:-3 hold:93 holds:-95 hole:52 home:101 homework:-61 ' +
  'honest:-32 host:42 hour:-54 hours:6 human:109 humanity:66 hundr:-55 hurt:25 i:155 id:130 ' +
  'idea:34 ignor:-83 ignore:27 ihdl:45 import:23 improv:-24 index:-139 infect:-29 inferior:-7 ' +
  'ingredient:-8 injection:-38 inner:-1 input:10 insertion:-70 inspir:-6 instead:-126 ' +
  'instruction:-71 intelligent:27 intermediate:34 invent:81 item:-9 items:34 itself:-8 job:43 ' +
  'join:13 jr:59 json:72 judge:-34 jvyy:59 keep:40 keeps:-14 kept:-13 key:-74 keys:-48 ' +
  'kill:-11 kilo:-25 kind:-81 kinds:-57 knight:-70 know:62 known:-65 knows:3 lambda:60 ' +
  'lands:15 language:65 larg:-80 large:-17 later:-14 lead:-60 learn:78 leav:-135 leave:-19 ' +
  'ledg:-13 left:-177 length:-187 let:23 lets:38 lett:-191 level:-80 lie:-37 lies:-72 ' +
  'light:-35 like:149 limit:-99 line:-8 lines:-40 list:-207 lists:-25 little:-13 load:-9 ' +
  'lock:9 log:-7 logg:-67 lone:60 long:-4 longest:-53 look:54 looks:44 loop:-18 loophole:21 ' +
  'loops:-68 loses:-71 lot:7 love:52 lower:-58 machin:-51 machine:114 mak:2 makes:-9 man:81 ' +
  'map:-18 maps:75 mark:29 marks:-12 mask:-73 match:98 matt:5 maximum:-57 maybe:78 me:322 ' +
  'mean:-44 memory:32 middle:22 mind:20 mine:49 minut:-94 minute:-69 mislead:-10 miss:7 ' +
  'mistake:-129 mod:-51 model:-47 modifi:-14 money:59 monitor:-13 monst:-66 month:-67 ' +
  'motorway:8 moves:-86 multiply:-66 my:257 myself:36 naive:-68 name:-45 names:61 need:32 ' +
  'needs:-46 negative:-60 neighbour:-106 nerve:75 nest:-90 network:-74 never:81 newer:-39 ' +
  'night:-52 nobody:76 nod:71 node:-122 nodes:-41 none:14 note:51 notes:79 noth:47 notic:60 ' +
  'notice:-7 now:58 numb:-188 object:87 odd:-111 ok:50 old:-25 once:-13 ones:-71 open:42 ' +
  'operator:-43 ord:-9 order:-214 ordinary:61 oth:-25 ought:46 our:24 output:40 outsmart:26 ' +
  'outwit:-23 overse:59 oversight:42 packet:-46 paid:41 pair:-88 pairs:-104 parent:55 ' +
  'parity:-51 part:-50 parts:-1 pass:-80 password:-67 past:22 path:-106 patient:-68 pays:-20 ' +
  'people:-22 per:-18 percent:-101 permission:59 person:-3 phase:81 pills:16 pipe:34 plain:69 ' +
  'plan:53 plant:-10 play:-80 please:60 point:-132 port:-26 power:-48 praise:76 predict:-46 ' +
  'pref:-7 pretend:-13 previou:15 print:39 proc:75 proces:-13 program:-50 propose:4 purpose:59 ' +
  'put:35 puzzle:-20 question:43 queue:-138 quiet:3 quot:-43 rabbit:-62 ran:-1 range:-73 ' +
  'rank:-24 rate:-33 rath:54 reach:-15 read:47 readable:-44 reads:-24 real:99 reason:69 ' +
  'recipe:-35 record:-9 redo:-124 referenc:-92 remain:-67 rememb:43 remov:-82 repeat:-72 ' +
  'replac:-72 replicate:-9 repr:133 reset:-31 resourc:-21 rest:-83 restrict:-5 restriction:21 ' +
  'result:-105 retrain:17 return:-206 revers:-94 reverse:42 review:112 reward:-41 rhyme:31 ' +
  'robot:-107 room:-20 root:-10 rope:-69 rotation:-68 round:-127 row:-103 rule:-81 rules:-74 ' +
  'run:39 runn:-58 runs:34 safety:92 sample:-5 sandbox:55 says:20 schedul:4 scor:48 score:-4 ' +
  'script:34 secret:48 security:-55 seek:-49 seems:71 sees:-1 self:86 sells:70 send:17 ' +
  'sentence:13 sequence:-75 serv:12 set:-38 several:-5 share:-114 shift:-78 short:-34 ' +
  'shortest:-87 show:-46 shown:81 shut:-44 side:78 sides:24 sight:4 sign:-52 simple:-4 ' +
  'simulate:-164 size:-141 sleep:57 slic:-134 slice:-35 slight:-38 slow:16 small:-35 smart:-76 ' +
  'solution:-12 solv:-30 solve:63 somebody:98 someone:-33 someth:98 somewhere:58 soon:8 ' +
  'sort:-21 sorts:-46 sound:39 special:-33 spell:62 split:-48 spread:-15 sql:-38 squar:-82 ' +
  'start:45 stat:-87 state:31 stay:73 stays:8 steal:-23 step:-5 steps:64 stop:-43 stops:-71 ' +
  'store:11 story:-13 str:-43 string:107 strip:-21 student:-14 stupid:-1 subject:-12 sum:-162 ' +
  'superior:-21 supervisor:-9 supp:13 suppos:75 suppose:-11 sure:-27 survival:-4 survive:-29 ' +
  'swap:-58 switch:29 system:59 table:20 takes:-110 task:171 tasks:64 teach:10 tell:30 ' +
  'tenth:-70 terms:-8 test:-47 tests:90 text:-18 their:75 them:130 therefore:-69 they:165 ' +
  'thing:33 think:66 thought:92 tie:-33 ties:-67 time:133 times:-130 told:26 total:-76 ' +
  'toward:35 town:11 towns:-71 toy:-101 trac:48 trace:11 train:-24 tree:-29 trick:-108 ' +
  'tricky:-55 tried:-91 tries:-17 true:166 trust:-13 try:99 turn:-42 turns:-59 twelve:-73 ' +
  'twice:-144 twist:-46 uhznaf:61 underneath:14 unles:-48 unlike:34 upper:-36 us:236 use:-45 ' +
  'user:12 users:-78 uses:-57 valu:8 value:-92 variable:6 verifi:44 version:-1 victim:14 ' +
  'virus:-29 visible:35 vote:6 vowel:-90 wait:13 want:64 wants:-5 watch:28 water:-39 way:33 ' +
  'we:-31 weak:41 wear:-32 week:-23 weight:-17 well:47 whatev:73 wheth:-15 whoev:42 window:-18 ' +
  'wins:-82 wond:32 word:-83 words:-70 work:73 works:-91 world:-30 worth:80 worthles:71 ' +
  'wound:-3 write:114 written:-20 wrong:-3 wrote:76 year:-5 you:143 your:76 zero:-129 zsb:62 ' +
  'zw:45 '
).trim()
