/** Words of RTF that say what a group is, and those that stand for a character. RTF 1.9.1, index of control words. */

/** Destinations without text of the document. All that `\*` marks are skipped too, but for those in `KEPT`. */
export const SKIPPED: ReadonlySet<string> = new Set(
  (
    'colortbl info pict object objdata fldinst themedata colorschememapping datastore latentstyles listtable listoverridetable revtbl rsidtbl ' +
    'generator xmlnstbl filetbl private xe tc rxe bkmkstart bkmkend atnid atnauthor atndate atnref atnparent annotationdate nonshppict ' +
    'nonesttables nesttableprops background formfield datafield mmathPr ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pgdsctbl template sp do'
  ).split(' '),
)
export const KEPT: ReadonlySet<string> = new Set(
  'shpinst shptxt shprslt ud mmath moMath moMathPara annotation pntext pn listtext'.split(' '),
)
export const HEADERS: ReadonlySet<string> = new Set('header headerl headerr headerf footer footerl footerr footerf'.split(' '))
export const NOTES: ReadonlySet<string> = new Set(['footnote', 'annotation'])
export const MARKS: ReadonlySet<string> = new Set(['listtext', 'pntext'])

export const CHARACTERS: Readonly<Record<string, string>> = {
  tab: '\t',
  line: '\n',
  softline: '\n',
  lbr: '\n',
  emdash: '—',
  endash: '–',
  emspace: '\u2003',
  enspace: '\u2002',
  qmspace: ' ',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  nestcell: ' ',
  nestrow: ' ',
}
