/** Made text for measurements: Zipf-distributed words of two languages, the same for the same seed. */
import { seededRandom } from '../tests/support/random.ts'

const SYLLABLES =
  'ba be bi bo bu da de di do du fa fe fi fo ga ge gi go ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi vo za ze zi zo'.split(
    ' ',
  )
const HAN =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严'

export interface Corpus {
  /** one document of about that many characters, as Markdown with headings */
  document(chars: number): string
  query(): string
}

export function makeCorpus(seed: number): Corpus {
  const random = seededRandom(seed)
  const word = (rank: number): string => {
    const parts: string[] = []
    for (let left = rank + 1; left > 0; left = Math.floor(left / SYLLABLES.length)) parts.push(SYLLABLES[left % SYLLABLES.length]!)
    return parts.join('') + (rank % 7 === 0 ? 's' : '')
  }
  // Inverse of the Zipf distribution's cumulative function, close enough for exponent 1.
  const zipf = (size: number): number => Math.floor(size ** random()) - 1
  const english = (): string => Array.from({ length: 8 + Math.floor(random() * 12) }, () => word(zipf(60_000))).join(' ')
  const chinese = (): string => Array.from({ length: 12 + Math.floor(random() * 30) }, () => HAN[zipf(HAN.length + 1)] ?? '的').join('')
  return {
    document(chars) {
      let text = ''
      while (text.length < chars) {
        text += `\n\n## ${word(zipf(60_000))} ${chinese().slice(0, 8)}\n\n`
        for (let n = 0; n < 12; n += 1) text += random() < 0.5 ? `${english()}. ` : `${chinese()}。`
      }
      return text.trim().slice(0, chars)
    },
    query: () => (random() < 0.5 ? Array.from({ length: 6 }, () => word(zipf(60_000))).join(' ') : chinese().slice(0, 12)),
  }
}
