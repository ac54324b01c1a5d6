import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'

async function outlineOf(source: string | Uint8Array, name = 'a.xml'): Promise<string[]> {
  const { pages } = await read(typeof source === 'string' ? Buffer.from(source) : source, name)
  pages.forEach(checkPage)
  return outline(pages)
}

describe('XML', () => {
  it('of records is lines of names and values', async () => {
    const xml =
      '<?xml version="1.0"?><list><p:place xmlns:p="x"><Name>Ottawa</Name><River>Rideau</River></p:place><place><Name>Paris</Name></place></list>'
    expect(await outlineOf(xml)).toEqual(['paragraph: Name: Ottawa\nRiver: Rideau', 'paragraph: Name: Paris'])
  })

  it('of documents is headings and paragraphs in order', async () => {
    const xml =
      '<doc><title>One</title><para>Text with <b>bold</b> in it.</para><sect><title>Two</title><para>a</para><para>b</para></sect><para>c</para></doc>'
    expect(await outlineOf(`<?xml version="1.0"?>${xml}`)).toEqual([
      'heading 1: One',
      'paragraph: Text with bold in it.',
      'heading 1: Two',
      'paragraph: a',
      'paragraph: b',
      'paragraph: c',
    ])
  })

  it('of a feed holds HTML, which is read as HTML', async () => {
    const rss =
      '<rss><channel><title>News</title><item><title>First</title><link>http://x.y/1</link>' +
      '<description><![CDATA[<p>One <b>two</b>.</p><script>alert(1)</script><ul><li>three</li></ul>]]></description></item></channel></rss>'
    expect(await outlineOf(rss, 'feed.rss')).toEqual([
      'heading 1: News',
      'heading 2: First',
      'paragraph: link: http://x.y/1',
      'paragraph: One two.',
      'list-item 0: • three',
    ])
  })

  it('in UTF-16, and with its text only in attributes, is read', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<?xml version="1.0" encoding="UTF-16"?><a>中文</a>', 'utf16le')])
    expect(await outlineOf(utf16)).toEqual(['paragraph: 中文'])
    expect(await outlineOf('<?xml version="1.0"?>\n<a>\n<b name="Ottawa"/>\n</a>')).toEqual([
      'code: <?xml version="1.0"?>\n<a>\n<b name="Ottawa"/>\n</a>',
    ])
  })

  it('of pictures is what is written in them', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><style>.a{}</style><title>Plan</title><text>North <tspan>wing</tspan></text></svg>'
    expect(await outlineOf(svg, 'a.svg')).toEqual(['heading 1: Plan', 'paragraph: North wing'])
    expect(await outlineOf('<svg><path id="a name" d="M0 0"/></svg>', 'a.svg')).toEqual([])
  })
})

describe('entities', () => {
  const withEntities = (entities: string, use: string): string => `<?xml version="1.0"?><!DOCTYPE d [${entities}]><d>${use}</d>`

  it('of the document are put in, those outside of it are nothing', async () => {
    const entities = '<!ENTITY who "Ann"><!ENTITY both "&who; &amp; Bob"><!ENTITY out SYSTEM "file:///etc/passwd">'
    expect(await outlineOf(withEntities(entities, '&both;&out;!'))).toEqual(['paragraph: Ann & Bob!'])
  })

  it('that grow without end are refused', async () => {
    const bomb = Array.from({ length: 12 }, (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`).join('')
    const nothing = bomb.replace('&e0;'.repeat(10), '')
    const cases = [nothing, `<!ENTITY e0 "lol">${bomb}`, '<!ENTITY e12 "&e12;">', '<!ENTITY e12 "&b;"><!ENTITY b "&e12;">']
    for (const entities of cases)
      await expect(outlineOf(withEntities(entities, '&e12;'))).rejects.toMatchObject({ code: 'ingest.unpacked_limit' })
  })

  it('and elements without end in sight are refused', async () => {
    await expect(outlineOf(`<?xml version="1.0"?>${'<a>'.repeat(20_000)}`)).rejects.toMatchObject({ code: 'ingest.nesting_limit' })
  })
})
