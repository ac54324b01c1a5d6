/**
 * The form that an answer to a question has, and the signs of it in a text: "how many" wants a number, "when" a date,
 * "why" a reason. Signs raise a passage a little among those that speak of the same thing; they never decide alone.
 */
export type AnswerForm = 'number' | 'time' | 'reason' | 'list' | 'way' | 'definition'

const ASKED: Record<AnswerForm, RegExp> = {
  number:
    /多少|几[个种次年天岁位条层台人名月届级度]|多[大长高远久]|how (?:many|much|large|long|old|big|far|tall|high|fast|often)|what (?:percent|number|fraction|size|age)/i,
  time: /什么时候|何时|哪一?[年天]|几月|几号|哪个(?:年代|世纪|朝代)|\bwhen\b|what (?:year|date|day|time)/i,
  reason: /为什么|为何|为啥|原因|\bwhy\b/i,
  list: /哪些|有什么|哪几|分别|步骤|列举|\bwhich \w+s\b|what are/i,
  way: /怎么|怎样|如何|\bhow (?:do|does|did|to|can)\b/i,
  definition: /是什么|什么是|什么叫|是谁|干什么的|\bwhat (?:is|are)\b|\bwho (?:is|was)\b/i,
}

const SIGNS: Record<Exclude<AnswerForm, 'definition'>, RegExp> = {
  number: /\d|[一二三四五六七八九十百千万亿两]+[个种次年天岁位条层台人名月届级度倍%％]/,
  time: /\d{2,4}\s*年|\d{4}|[一二三四五六七八九十]+月|世纪|年代|时候|之后|以后|\d+\s*(?:毫秒|秒|分钟|小时|天)/,
  reason: /因为|由于|所以|因此|导致|原因|以便|避免|从而|because|since|due to|so that|therefore|in order/i,
  list: /、[^、\n]{1,20}、|,[^,\n]{1,30},|(?:^|\n)\s*(?:\d+[.、）)]|[-•*])/,
  way: /通过|使用|采用|利用|首先|步骤|然后|方法|by |using|step|first/i,
}

/** How much a sign raises a passage. */
const GAIN: Record<AnswerForm, number> = { number: 0.15, time: 0.15, reason: 0.1, list: 0.05, way: 0.05, definition: 0.15 }

const FORMS: readonly AnswerForm[] = ['number', 'time', 'reason', 'list', 'way', 'definition']

export const answerForms = (question: string): AnswerForm[] => FORMS.filter((form) => ASKED[form].test(question))

const DEFINING = /是|指|即|叫做|称为|:|\bis\b|\bare\b|\bwas\b|\bmeans?\b|\brefers?\b/gi
const DEFINING_CHARS_MAX = 120
const SUBJECT_CHARS = 16

/** "X is …", "X（…）是…", "X: …" with the subject right before the sign; what stands in brackets between them is passed over. */
function defines(sentence: string, isSubject: (text: string) => boolean): boolean {
  const plain = sentence.slice(0, DEFINING_CHARS_MAX).replace(/\s*[(（][^()（）]*[)）]\s*/g, '')
  return plain.matchAll(DEFINING).some(({ index }) => isSubject(plain.slice(Math.max(0, index - SUBJECT_CHARS), index)))
}

/**
 * Gains of a sentence, by index of `forms`: 0 where it shows no sign of the form.
 * @param sentence   search form (simplified)
 * @param isSubject  is this text about what the question asks for?
 */
export const gainsOf = (forms: readonly AnswerForm[], sentence: string, isSubject: (text: string) => boolean): number[] =>
  forms.map((form) => ((form === 'definition' ? defines(sentence, isSubject) : SIGNS[form].test(sentence)) ? GAIN[form] : 0))
