// The national language tables of GSM 7-bit (3GPP TS 23.038 Annex A), as the server's wire/national.py has them: the
// characters of each table, the one in the place of the alphabet (`locking`) and the one behind ESC, Spanish having none
// of the first kind. In the order of their identifiers, which decides between tables that need the same room.

export interface Tables {
	locking: string | null;
	behind: string;
}

export const NATIONAL: Record<string, Tables> = {
	tr: { locking: '@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞŞşßÉ !"#¤%&\'()*+,-./0123456789:;<=>?İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà', behind: '\f^{}\\[~]|€ĞİŞçğış' },
	es: { locking: null, behind: '\f^{}\\[~]|€çÁÍÓÚáíóú' },
	pt: { locking: '@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|ÂâÊÉ !"#º%&\'()*+,-./0123456789:;<=>?ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§~abcdefghijklmnopqrstuvwxyzãõ`üà', behind: '\f^{}\\[~]|€êçÔôÁáΦΓΩΠΨΣΘÊÀÍÓÚÃÕÂíóúãõâ' },
	bn: { locking: '\u0981\u0982\u0983অআইঈউঊঋ\nঌ\rএঐওঔকখগঘঙচছজঝঞ !টঠডঢণত)(থদ,ধ.ন0123456789:;পফ?বভমযরলশষসহ\u09bcঽ\u09be\u09bf\u09c0\u09c1\u09c2\u09c3\u09c4\u09c7\u09c8\u09cb\u09cc\u09cdৎabcdefghijklmnopqrstuvwxyz\u09d7ড়ঢ়ৰৱ', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ০১২৩৪৫৬৭৮৯য়ৠৡ\u09e2\u09e3৲৳৴৵৶৷৸৹৺' },
	gu: { locking: '\u0a81\u0a82\u0a83અઆઇઈઉઊઋ\nઌઍ\rએઐઑઓઔકખગઘઙચછજઝઞ !ટઠડઢણત)(થદ,ધ.ન0123456789:;પફ?બભમયરલળવશષસહ\u0abcઽ\u0abe\u0abf\u0ac0\u0ac1\u0ac2\u0ac3\u0ac4\u0ac5\u0ac7\u0ac8\u0ac9\u0acb\u0acc\u0acdૐabcdefghijklmnopqrstuvwxyzૠૡ\u0ae2\u0ae3૱', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ।॥૦૧૨૩૪૫૬૭૮૯' },
	hi: { locking: '\u0901\u0902\u0903अआइईउऊऋ\nऌऍ\rऎएऐऑऒओऔकखगघङचछजझञ !टठडढणत)(थद,ध.न0123456789:;ऩपफ?बभमयरऱलळऴवशषसह\u093cऽ\u093e\u093f\u0940\u0941\u0942\u0943\u0944\u0945\u0946\u0947\u0948\u0949\u094a\u094b\u094c\u094dॐabcdefghijklmnopqrstuvwxyzॲॻॼॾॿ', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ।॥०१२३४५६७८९\u0951\u0952\u0953\u0954क़ख़ग़ज़ड़ढ़फ़य़ॠॡ\u0962\u0963॰ॱ' },
	kn: { locking: '\u0c82\u0c83ಅಆಇಈಉಊಋ\nಌ\rಎಏಐಒಓಔಕಖಗಘಙಚಛಜಝಞ !ಟಠಡಢಣತ)(ಥದ,ಧ.ನ0123456789:;ಪಫ?ಬಭಮಯರಱಲಳವಶಷಸಹ\u0cbcಽ\u0cbe\u0cbf\u0cc0\u0cc1\u0cc2\u0cc3\u0cc4\u0cc6\u0cc7\u0cc8\u0cca\u0ccb\u0ccc\u0ccd\u0cd5abcdefghijklmnopqrstuvwxyz\u0cd6ೠೡ\u0ce2\u0ce3', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ।॥೦೧೨೩೪೫೬೭೮೯ೞೱೲ' },
	ml: { locking: '\u0d02\u0d03അആഇഈഉഊഋ\nഌ\rഎഏഐഒഓഔകഖഗഘങചഛജഝഞ !ടഠഡഢണത)(ഥദ,ധ.ന0123456789:;പഫ?ബഭമയരറലളഴവശഷസഹഽ\u0d3e\u0d3f\u0d40\u0d41\u0d42\u0d43\u0d44\u0d46\u0d47\u0d48\u0d4a\u0d4b\u0d4c\u0d4d\u0d57abcdefghijklmnopqrstuvwxyzൠൡ\u0d62\u0d63൹', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ।॥൦൧൨൩൪൫൬൭൮൯൰൱൲൳൴൵ൺൻർൽൾൿ' },
	or: { locking: '\u0b01\u0b02\u0b03ଅଆଇଈଉଊଋ\nଌ\rଏଐଓଔକଖଗଘଙଚଛଜଝଞ !ଟଠଡଢଣତ)(ଥଦ,ଧ.ନ0123456789:;ପଫ?ବଭମଯରଲଳଵଶଷସହ\u0b3cଽ\u0b3e\u0b3f\u0b40\u0b41\u0b42\u0b43\u0b44\u0b47\u0b48\u0b4b\u0b4c\u0b4d\u0b56abcdefghijklmnopqrstuvwxyz\u0b57ୠୡ\u0b62\u0b63', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ।॥୦୧୨୩୪୫୬୭୮୯ଡ଼ଢ଼ୟ୰ୱ' },
	pa: { locking: '\u0a01\u0a02\u0a03ਅਆਇਈਉਊ\n\rਏਐਓਔਕਖਗਘਙਚਛਜਝਞ !ਟਠਡਢਣਤ)(ਥਦ,ਧ.ਨ0123456789:;ਪਫ?ਬਭਮਯਰਲਲ਼ਵਸ਼ਸਹ\u0a3c\u0a3e\u0a3f\u0a40\u0a41\u0a42\u0a47\u0a48\u0a4b\u0a4c\u0a4d\u0a51abcdefghijklmnopqrstuvwxyz\u0a70\u0a71ੲੳੴ', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ।॥੦੧੨੩੪੫੬੭੮੯ਖ਼ਗ਼ਜ਼ੜਫ਼\u0a75' },
	ta: { locking: '\u0b82ஃஅஆஇஈஉஊ\n\rஎஏஐஒஓஔகஙசஜஞ !டணத)(,.ந0123456789:;னப?மயரறலளழவஶஷஸஹ\u0bbe\u0bbf\u0bc0\u0bc1\u0bc2\u0bc6\u0bc7\u0bc8\u0bca\u0bcb\u0bcc\u0bcdௐabcdefghijklmnopqrstuvwxyz\u0bd7௰௱௲௹', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ।॥௦௧௨௩௪௫௬௭௮௯௳௴௵௶௷௸௺' },
	te: { locking: '\u0c01\u0c02\u0c03అఆఇఈఉఊఋ\nఌ\rఎఏఐఒఓఔకఖగఘఙచఛజఝఞ !టఠడఢణత)(థద,ధ.న0123456789:;పఫ?బభమయరఱలళవశషసహఽ\u0c3e\u0c3f\u0c40\u0c41\u0c42\u0c43\u0c44\u0c46\u0c47\u0c48\u0c4a\u0c4b\u0c4c\u0c4d\u0c55abcdefghijklmnopqrstuvwxyz\u0c56ౠౡ\u0c62\u0c63', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ౦౧౨౩౪౫౬౭౮౯ౘౙ౸౹౺౻౼౽౾౿' },
	ur: { locking: 'اآبٻڀپڦتۂٿ\nٹٽ\rٺټثجځڄڃڅچڇحخدڌڈډڊ !ڏڍذرڑړ)(ڙز,ږ.ژ0123456789:;ښسش?صضطظعفقکڪګگڳڱلمنںڻڼوۄەہھءیېے\u064d\u0650\u064f\u0657\u0654abcdefghijklmnopqrstuvwxyz\u0655\u0651\u0653\u0656\u0670', behind: '\f^{}\\[~]|€@£$¥¿"¤%&\'*+-/<=>¡_#ABCDEFGHIJKLMNOPQRSTUVWXYZ\u0600\u0601۰۱۲۳۴۵۶۷۸۹،؍؎؏\u0610\u0611\u0612\u0613\u0614؛؟ـ\u0652\u0658٫٬ٲٳۍ۔' }
};
