/**
 * Every format that is known by name: which reader reads it, or what a person can do instead.
 * A format that gets a reader moves from `UNREAD` to `READ`.
 */
import type { ErrorCode } from '@zhiku/contract/errors.ts'
import { CODE_EXTENSIONS } from './languages.ts'

/** Extensions by the reader that reads them. */
const READ = {
  pdf: 'pdf',
  image: 'png apng jpg jpeg jpe jfif webp tif tiff gif avif bmp dib',
  docx: 'docx docm dotx dotm',
  xlsx: 'xlsx xlsm xltx xltm',
  pptx: 'pptx pptm ppsx ppsm potx potm',
  csv: 'csv tsv',
  markdown: 'md markdown mdown mkd mdx',
  html: 'html htm xhtml xht shtml',
  doc: 'doc dot',
  xls: 'xls xlt',
  ppt: 'ppt pps pot',
  odf: 'odt ott ods ots odp otp odg otg fodt fods fodp fodg',
  rtf: 'rtf',
  epub: 'epub',
  xml: 'xml svg rss atom opml xsd xsl xslt plist kml gpx fb2 resx xliff xlf tmx dtd',
  eml: 'eml mht mhtml',
  mbox: 'mbox',
  msg: 'msg',
  zip: 'zip',
  json: 'json jsonl ndjson json5 jsonc geojson ipynb webmanifest har',
  code: CODE_EXTENSIONS,
  subtitle: 'srt vtt ass ssa lrc',
  text: 'txt text asc log rst adoc asciidoc org textile wiki nfo ics vcf',
} as const

export type Kind = keyof typeof READ

/** Formats without a reader, by the error that names the way out. [name as people know it, extensions]; `word6` and `ppt95` are told by content alone. */
const UNREAD: Partial<Record<ErrorCode, readonly (readonly [string, string])[]>> = {
  'ingest.unsupported_document': [
    ['WPS', 'wps wpt'],
    ['Pages', 'pages'],
    ['Microsoft Works', 'wks wdb'],
    ['Word 6 / 95', 'word6'],
    ['WordPerfect', 'wpd wp wp5'],
    ['Hangul (HWP)', 'hwp hwpx'],
    ['Publisher', 'pub'],
    ['OneNote', 'one onepkg'],
    ['StarOffice', 'sdw sxw stw'],
    ['LaTeX DVI', 'dvi'],
    ['永中 Office (EIO)', 'eio'],
  ],
  'ingest.unsupported_sheet': [
    ['Excel (XLSB)', 'xlsb'],
    ['WPS (ET)', 'et ett'],
    ['Numbers', 'numbers'],
    ['Lotus 1-2-3', 'wk1 wk3 wk4 123'],
    ['StarOffice', 'sxc sdc'],
    ['Quattro Pro', 'qpw wb2'],
  ],
  'ingest.unsupported_slides': [
    ['WPS (DPS)', 'dps dpt'],
    ['Keynote', 'key'],
    ['PowerPoint 95', 'ppt95'],
    ['StarOffice', 'sxi sdd'],
  ],
  'ingest.unsupported_print': [
    ['OFD', 'ofd'],
    ['CAJ', 'caj kdh nh teb'],
    ['DjVu', 'djvu djv'],
    ['XPS', 'xps oxps'],
    ['PostScript', 'ps eps'],
    ['CEB', 'ceb cebx'],
    ['SEP', 'sep gd'],
    ['CHM', 'chm'],
    ['Visio', 'vsd vsdx vdx'],
    ['Project', 'mpp'],
    ['AutoCAD', 'dwg dxf'],
    ['Illustrator', 'ai'],
    ['InDesign', 'indd'],
    ['StarOffice', 'sxd sda'],
    ['XMind', 'xmind'],
    ['MindManager', 'mmap'],
    ['3D', 'fbx stl skp 3mf blend'],
  ],
  'ingest.unsupported_ebook': [
    ['MOBI', 'mobi prc'],
    ['Kindle', 'azw azw3 azw4 kfx'],
    ['LIT', 'lit'],
    ['UMD', 'umd'],
    ['Sony BBeB', 'lrf lrx'],
    ['iBooks', 'ibooks'],
  ],
  'ingest.unsupported_archive': [
    ['7-Zip', '7z'],
    ['RAR', 'rar'],
    ['GZIP', 'gz tgz tar.gz'],
    ['TAR', 'tar'],
    ['BZIP2', 'bz2 tbz2'],
    ['XZ', 'xz txz'],
    ['Zstandard', 'zst'],
    ['ARJ', 'arj'],
    ['LZH', 'lzh lha'],
    ['CAB', 'cab'],
    ['LZ4', 'lz4 lz'],
    ['Outlook (PST)', 'pst ost'],
    ['ISO', 'iso img dmg'],
    ['CPIO', 'cpio ar ace asar'],
  ],
  'ingest.unsupported_image': [
    ['HEIC', 'heic heif'],
    ['JPEG XL', 'jxl'],
    ['JPEG 2000', 'jp2 j2c jpx jpm mj2'],
    ['Photoshop', 'psd'],
    ['GIMP', 'xcf'],
    ['ICO', 'ico cur icns'],
    ['RAW', 'cr2 cr3 nef arw dng orf rw2 raf'],
    ['WMF', 'wmf emf'],
    ['DICOM', 'dcm'],
  ],
  'ingest.unsupported_media': [
    ['MP3', 'mp3 mp2 mp1'],
    ['M4A', 'm4a m4b m4p aac'],
    ['WAV', 'wav'],
    ['FLAC', 'flac'],
    ['OGG', 'ogg oga opus spx'],
    ['WMA / WMV', 'asf wma wmv'],
    ['AIFF', 'aif aiff'],
    ['AMR', 'amr'],
    ['APE', 'ape wv mpc'],
    ['MIDI', 'mid midi'],
    ['MP4', 'mp4 m4v 3gp 3g2 f4v'],
    ['MOV', 'mov'],
    ['MKV', 'mkv webm'],
    ['AVI', 'avi'],
    ['MPEG', 'mpg mpeg mts m2ts'],
    ['FLV', 'flv swf rm rmvb ogv ogm'],
  ],
  'ingest.unsupported_database': [
    ['SQLite', 'sqlite sqlite3 db'],
    ['Access', 'mdb accdb'],
    ['Parquet', 'parquet'],
    ['Arrow', 'arrow feather avro'],
    ['dBASE', 'dbf'],
    ['SPSS / SAS / Stata', 'sav dta sas7bdat'],
  ],
  'ingest.unsupported_program': [
    ['EXE', 'exe dll sys msi com'],
    ['ELF', 'elf so'],
    ['Mach-O', 'macho dylib'],
    ['APK', 'apk'],
    ['JAR', 'jar class'],
    ['WebAssembly', 'wasm'],
    ['DEB / RPM', 'deb rpm'],
    ['LNK', 'lnk alias'],
    ['font', 'ttf otf ttc woff woff2 eot'],
    ['browser add-on', 'crx xpi'],
    ['PYC', 'pyc pyo'],
  ],
}

const spread = <T>(rows: readonly (readonly [string, T])[]): Map<string, T> =>
  new Map(rows.flatMap(([extensions, value]) => extensions.split(' ').map((extension) => [extension, value] as const)))

const readers = spread(Object.entries(READ).map(([kind, extensions]) => [extensions, kind as Kind] as const))

export interface Unread {
  format: string
  way: ErrorCode
}

const unread = spread(
  Object.entries(UNREAD).flatMap(([way, formats]) =>
    formats.map(([format, extensions]) => [extensions, { format, way: way as ErrorCode }] as const),
  ),
)

/** Reader of the format with this extension, null when there is none or the extension is not known. */
export const readerOf = (extension: string): Kind | null => readers.get(extension) ?? null

/** Name and way out of a format without a reader; null when the extension is not known. */
export const unreadOf = (extension: string): Unread | null => unread.get(extension) ?? null

/** Extension of a file name in lower case, '' without one. */
export const extensionOf = (name: string): string => /\.([^./\\]{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? ''
