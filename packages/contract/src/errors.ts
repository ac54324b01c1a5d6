/**
 * Every error a person can meet: code, HTTP status, whether trying again can help, message in zh and en.
 * `{name}` in a message is filled from the error's params. docs/errors.md is generated from this table.
 */
export interface ErrorRow {
  status: number
  retryable: boolean
  zh: string
  en: string
}

export const ERRORS = {
  // request
  'request.invalid': { status: 400, retryable: false, zh: '请求有误：{detail}。', en: 'The request is not valid: {detail}.' },
  'request.malformed_json': { status: 400, retryable: false, zh: '请求正文不是有效的 JSON。', en: 'The request body is not valid JSON.' },
  'request.too_large': {
    status: 413,
    retryable: false,
    zh: '请求正文超过上限 {limit}。',
    en: 'The request body is larger than the limit of {limit}.',
  },
  'request.unsupported_media_type': {
    status: 415,
    retryable: false,
    zh: '不支持这种正文类型：{type}。',
    en: 'This kind of body is not supported: {type}.',
  },
  'request.not_found': { status: 404, retryable: false, zh: '没有这个地址：{path}。', en: 'There is nothing at this address: {path}.' },
  'request.host_not_allowed': {
    status: 403,
    retryable: false,
    zh: '不接受以主机名 {host} 发来的请求。请用 127.0.0.1 或 localhost 打开，或设置 ZHIKU_HOST 与 ZHIKU_TOKEN。',
    en: 'Requests for host {host} are not accepted. Open 127.0.0.1 or localhost, or set ZHIKU_HOST and ZHIKU_TOKEN.',
  },
  'request.origin_not_allowed': {
    status: 403,
    retryable: false,
    zh: '不接受来自 {origin} 的请求。',
    en: 'Requests from {origin} are not accepted.',
  },
  'auth.required': {
    status: 401,
    retryable: false,
    zh: '需要访问令牌。请输入启动服务时设置的 ZHIKU_TOKEN。',
    en: 'An access token is needed: the ZHIKU_TOKEN that the server was started with.',
  },
  'auth.wrong_token': { status: 401, retryable: false, zh: '访问令牌不对。', en: 'The access token is wrong.' },
  // start
  'config.invalid': { status: 500, retryable: false, zh: '设置有误：{detail}', en: 'The settings are not valid: {detail}' },
  'data.locked': {
    status: 500,
    retryable: false,
    zh: '数据文件夹 {folder} 正被另一个智库进程使用（{holder}）。请先停止它，或用 ZHIKU_DATA 指定别的文件夹。',
    en: 'The data folder {folder} is in use by another Zhiku process ({holder}). Stop it first, or choose another folder with ZHIKU_DATA.',
  },
  'data.unsupported_folder': {
    status: 500,
    retryable: false,
    zh: '数据文件夹 {folder} 在网络文件系统（{type}）上，不能保证数据安全。请改用本地磁盘。',
    en: 'The data folder {folder} is on a network file system ({type}), where data would not be safe. Use a local disk.',
  },
  'data.newer_version': {
    status: 500,
    retryable: false,
    zh: '数据文件夹是由更新的版本写成的（迁移 {found}，本程序到 {known}）。请升级程序。',
    en: 'The data folder was written by a newer version (migration {found}, this program knows {known}). Upgrade the program.',
  },
  'data.altered_migration': {
    status: 500,
    retryable: false,
    zh: '迁移 {name} 与已应用的内容不一致，拒绝启动。请恢复原来的程序文件。',
    en: 'Migration {name} differs from what was applied; refusing to start. Restore the original program files.',
  },
  'data.engine_mismatch': {
    status: 500,
    retryable: false,
    zh: '数据库版本不符：{found}，需要 {needed}。',
    en: 'The database version does not match: found {found}, needed {needed}.',
  },
  'data.unopenable': {
    status: 500,
    retryable: false,
    zh: '数据文件夹 {folder} 里的数据库打不开（{detail}）。若磁盘已满，请先腾出空间；否则请从备份恢复。',
    en: 'The database in the data folder {folder} does not open ({detail}). If the disk is full, free some space; otherwise restore a backup.',
  },
  'data.upgrade_failed': {
    status: 500,
    retryable: false,
    zh: '升级数据时出错（{detail}）。升级前的备份在 {backup}。要退回，请用原来版本的程序在空文件夹里运行：zhiku restore "{backup}"，再把 ZHIKU_DATA 指向那个文件夹。',
    en: 'Upgrading the data failed ({detail}). The backup made before is {backup}. To go back, run “zhiku restore "{backup}"” with the version before and ZHIKU_DATA set to an empty folder.',
  },
  'backup.file_exists': {
    status: 409,
    retryable: false,
    zh: '{file} 已存在，没有覆盖。请换一个文件名。',
    en: '{file} exists and was not overwritten. Choose another name.',
  },
  'backup.damaged': {
    status: 422,
    retryable: false,
    zh: '备份不完整或已损坏（{detail}），没有写入任何内容。请换一个备份。',
    en: 'The backup is incomplete or damaged ({detail}); nothing was written. Use another one.',
  },
  'restore.not_empty': {
    status: 409,
    retryable: false,
    zh: '数据文件夹 {folder} 不是空的，没有恢复。请用 ZHIKU_DATA 指定一个空文件夹。',
    en: 'The data folder {folder} is not empty; nothing was restored. Choose an empty one with ZHIKU_DATA.',
  },
  // database
  'db.query_limit': {
    status: 503,
    retryable: true,
    zh: '数据库查询超过 {limitMs} 毫秒，已中断。请稍后再试。',
    en: 'A database query ran over {limitMs} ms and was cut. Try again.',
  },
  'db.unavailable': {
    status: 503,
    retryable: true,
    zh: '数据库正在重新打开，请稍后再试。',
    en: 'The database is being reopened. Try again in a moment.',
  },
  'db.damaged': {
    status: 503,
    retryable: true,
    zh: '数据库的一部分已损坏。检索索引正在重建，请稍后再试；若仍然如此，请从备份恢复。',
    en: 'A part of the database is damaged. The search index is being rebuilt; try again in a moment, and restore a backup if it stays so.',
  },
  'db.disk_full': {
    status: 507,
    retryable: true,
    zh: '磁盘已满，无法写入。请腾出空间后再试；已有内容仍可阅读。',
    en: 'The disk is full; nothing can be written. Free some space and try again; what is there can still be read.',
  },
  'db.nested_call': {
    status: 500,
    retryable: false,
    zh: '内部错误：事务中又发起了独立的数据库调用。',
    en: 'Internal error: a separate database call was made inside a transaction.',
  },
  internal: {
    status: 500,
    retryable: true,
    zh: '服务内部出错，已记录（{requestId}）。',
    en: 'Something went wrong inside the server; it was logged ({requestId}).',
  },
  // things
  'collection.not_found': { status: 404, retryable: false, zh: '没有这个合集。', en: 'There is no such collection.' },
  'collection.name_taken': {
    status: 409,
    retryable: false,
    zh: '已有名为“{name}”的合集。',
    en: 'There is already a collection named “{name}”.',
  },
  'collection.not_empty': {
    status: 409,
    retryable: false,
    zh: '合集里还有 {count} 个文档。请先删除它们。',
    en: 'The collection still has {count} documents. Delete them first.',
  },
  'document.not_found': {
    status: 404,
    retryable: false,
    zh: '没有这个文档，或它已被删除。',
    en: 'There is no such document, or it was deleted.',
  },
  'document.name_taken': {
    status: 409,
    retryable: false,
    zh: '已有另一个名为“{name}”的文档，无法恢复。请先删除或改名。',
    en: 'Another document is named “{name}” by now, so this one cannot be restored. Delete or rename that one first.',
  },
  'revision.not_found': {
    status: 404,
    retryable: false,
    zh: '没有这个版本，或它已被删除。',
    en: 'There is no such revision, or it was deleted.',
  },
  'page.not_found': {
    status: 404,
    retryable: false,
    zh: '没有这一页，或还没有读到。',
    en: 'There is no such page, or it has not been read yet.',
  },
  'page.version_not_found': {
    status: 404,
    retryable: false,
    zh: '这一页没有版本 {version}，或它已不再保留。',
    en: 'This page has no version {version}, or it is no longer kept.',
  },
  'page.not_a_picture': {
    status: 409,
    retryable: false,
    zh: '这一页没有图像，无法用 OCR 识别。',
    en: 'This page has no picture that OCR could read.',
  },
  'chat.not_found': { status: 404, retryable: false, zh: '没有这个对话。', en: 'There is no such chat.' },
  'run.not_found': { status: 404, retryable: false, zh: '没有这次回答。', en: 'There is no such answer.' },
  'citation.not_found': { status: 404, retryable: false, zh: '没有这条引用。', en: 'There is no such citation.' },
  'chat.busy': {
    status: 409,
    retryable: true,
    zh: '这个对话还在回答上一个问题。',
    en: 'This chat is still answering the previous question.',
  },
  // upload
  'upload.too_large': {
    status: 413,
    retryable: false,
    zh: '文件“{name}”大于上限 {limit}（ZHIKU_LIMIT_FILE_MB）。请拆分后再上传。',
    en: 'The file “{name}” is larger than the limit of {limit} (ZHIKU_LIMIT_FILE_MB). Split it and upload again.',
  },
  'upload.name_invalid': {
    status: 400,
    retryable: false,
    zh: '文件名不能用：{detail}。请改名后再上传。',
    en: 'The file name cannot be used: {detail}. Rename the file and upload again.',
  },
  'upload.unreadable': {
    status: 400,
    retryable: false,
    zh: '无法读取文件“{name}”：{detail}。',
    en: 'The file “{name}” cannot be opened: {detail}.',
  },
  // ingest: states of one document
  'ingest.empty_file': { status: 422, retryable: false, zh: '文件是空的（0 字节）。', en: 'The file is empty (0 bytes).' },
  'ingest.no_text': { status: 422, retryable: false, zh: '文件可以打开，但里面没有文字。', en: 'The file opens but holds no text.' },
  'ingest.ocr_no_text': {
    status: 422,
    retryable: false,
    zh: '没有找到文字：{pages} 页经 OCR 识别（{engines}），其余为空白页。若其中确有文字，可换另一个引擎重读该页。',
    en: 'No text was found: OCR looked at {pages} pages ({engines}), the rest is blank. If there is text, read the page again with the other engine.',
  },
  'ingest.pages_unread': {
    status: 422,
    retryable: false,
    zh: '{count} 页没有读出文字，或识别不可靠：第 {pages} 页。可重读这些页，或换另一个 OCR 引擎。',
    en: '{count} pages could not be read, or not surely: page {pages}. Read them again, or with the other OCR engine.',
  },
  'ingest.pages_unsure': {
    status: 422,
    retryable: false,
    zh: '{count} 页的识别结果不可靠：第 {pages} 页。文字可检索，请对照原图；可换另一个 OCR 引擎重读。',
    en: '{count} pages were not read surely: page {pages}. Their text can be searched; compare it with the picture, or read them with the other OCR engine.',
  },
  'ingest.picture_page': {
    status: 422,
    retryable: false,
    zh: '这一页只有图片，没有文字。可导出为 PDF 后上传，由 OCR 识别。',
    en: 'This page holds only pictures, no text. Export the file as PDF and upload that, to have it read by OCR.',
  },
  'ingest.ocr_failed': {
    status: 422,
    retryable: true,
    zh: '两个 OCR 引擎都没能识别这一页（{detail}）。可重读这一页。',
    en: 'No OCR engine could read this page ({detail}). Read it again.',
  },
  'ingest.page_time_limit': {
    status: 422,
    retryable: true,
    zh: '识别这一页超过 {seconds} 秒，已停止。可重读这一页，或调高 ZHIKU_LIMIT_PAGE_SECONDS。',
    en: 'Reading this page took longer than {seconds} s and was stopped. Read it again, or raise ZHIKU_LIMIT_PAGE_SECONDS.',
  },
  'ingest.pixel_limit': {
    status: 422,
    retryable: false,
    zh: '图像有 {pixels} 像素，超过上限 {limit}（ZHIKU_LIMIT_PAGE_MEGAPIXELS，最多 40）。请缩小后再上传。',
    en: 'The picture has {pixels} (megapixels); the limit is {limit} (ZHIKU_LIMIT_PAGE_MEGAPIXELS, at most 40). Make it smaller and upload it again.',
  },
  'ingest.password_needed': {
    status: 422,
    retryable: false,
    zh: '文件有密码保护。请去掉密码后重新上传。',
    en: 'The file is protected by a password. Remove the password and upload it again.',
  },
  'ingest.encrypted': {
    status: 422,
    retryable: false,
    zh: '文件内容已加密（版权保护），无法读取。请换用没有加密的版本。',
    en: 'The content is encrypted (copy protection) and cannot be read. Use a copy without encryption.',
  },
  'ingest.corrupt': {
    status: 422,
    retryable: false,
    zh: '文件已损坏或不完整，无法打开（{detail}）。请检查原文件后重新上传。',
    en: 'The file is damaged or incomplete and cannot be opened ({detail}). Check the original and upload it again.',
  },
  'ingest.unsupported_format': {
    status: 422,
    retryable: false,
    zh: '还不能读取这种格式（{format}）。请另存为 PDF、DOCX、XLSX、PPTX、HTML、Markdown 或纯文本。',
    en: 'This format ({format}) is not read yet. Save it as PDF, DOCX, XLSX, PPTX, HTML, Markdown or plain text.',
  },
  'ingest.unsupported_document': {
    status: 422,
    retryable: false,
    zh: '不能读取这种文档（{format}）。请用原来的程序（WPS、Word、LibreOffice 等）打开，另存为 DOCX 或 PDF 后上传。',
    en: 'This document format ({format}) is not read. Open it in the program that made it, or in Word or LibreOffice, and save it as DOCX or PDF.',
  },
  'ingest.unsupported_sheet': {
    status: 422,
    retryable: false,
    zh: '不能读取这种表格（{format}）。请用原来的程序（WPS、Excel、LibreOffice 等）打开，另存为 XLSX 或 CSV 后上传。',
    en: 'This spreadsheet format ({format}) is not read. Open it in the program that made it, or in Excel or LibreOffice, and save it as XLSX or CSV.',
  },
  'ingest.unsupported_slides': {
    status: 422,
    retryable: false,
    zh: '不能读取这种演示文稿（{format}）。请用原来的程序（WPS、PowerPoint、LibreOffice 等）打开，另存为 PPTX 或 PDF 后上传。',
    en: 'This slide format ({format}) is not read. Open it in the program that made it, or in PowerPoint or LibreOffice, and save it as PPTX or PDF.',
  },
  'ingest.unsupported_print': {
    status: 422,
    retryable: false,
    zh: '不能读取这种格式（{format}）。请用它的阅读器或制作它的程序打开，导出或打印为 PDF 后上传。',
    en: 'This format ({format}) is not read. Open it in its viewer or in the program that made it, and export or print it as PDF.',
  },
  'ingest.unsupported_ebook': {
    status: 422,
    retryable: false,
    zh: '不能读取这种电子书（{format}）。请用 Calibre 等工具转换为 EPUB 后上传；有版权保护的电子书无法转换。',
    en: 'This e-book format ({format}) is not read. Convert it to EPUB, for example with Calibre; a book with copy protection cannot be converted.',
  },
  'ingest.unsupported_archive': {
    status: 422,
    retryable: false,
    zh: '不能读取这种压缩包或镜像（{format}）。请解压后上传里面的文档，或重新打包为 ZIP。',
    en: 'This archive format ({format}) is not read. Unpack it and upload the documents in it, or pack them as ZIP.',
  },
  'ingest.unsupported_image': {
    status: 422,
    retryable: false,
    zh: '不能读取这种图片（{format}）。请另存为 PNG 或 JPEG 后上传。',
    en: 'This picture format ({format}) is not read. Save it as PNG or JPEG.',
  },
  'ingest.unsupported_media': {
    status: 422,
    retryable: false,
    zh: '还不能把音频和视频（{format}）转成文字。如有字幕或文字稿，请上传 SRT、VTT 或文本文件。',
    en: 'Audio and video ({format}) are not transcribed yet. If there are subtitles or a transcript, upload them as SRT, VTT or text.',
  },
  'ingest.unsupported_database': {
    status: 422,
    retryable: false,
    zh: '不能读取数据库文件（{format}）。请把需要的表导出为 CSV 或 XLSX 后上传。',
    en: 'Database files ({format}) are not read. Export the tables you need as CSV or XLSX.',
  },
  'ingest.unsupported_program': {
    status: 422,
    retryable: false,
    zh: '这是程序或系统文件（{format}），不是文档，没有可读的文字。如果里面装有文档，请取出后上传。',
    en: 'This is a program or system file ({format}), not a document; there is no text to read. If it carries documents, take them out and upload those.',
  },
  'ingest.unsupported_binary': {
    status: 422,
    retryable: false,
    zh: '文件内容不是文本，也不是已知的格式。请用原来的程序打开，另存为 PDF、DOCX 或纯文本后上传。',
    en: 'The content is neither text nor a known format. Open the file in the program that made it and save it as PDF, DOCX or plain text.',
  },
  'ingest.unknown_charset': {
    status: 422,
    retryable: false,
    zh: '无法判断文字编码，或这不是文本文件。请另存为 UTF-8。',
    en: 'The character set is not recognised, or this is not a text file. Save it as UTF-8.',
  },
  'ingest.unpacked_limit': {
    status: 422,
    retryable: false,
    zh: '解压后的内容超过上限（{limit}），已停止读取。文件可能是压缩炸弹；如果可信，可调高 ZHIKU_LIMIT_UNPACKED_MB、ZHIKU_LIMIT_RATIO 或 ZHIKU_LIMIT_ENTRIES。',
    en: 'The unpacked content is over the limit ({limit}); reading was stopped. The file may be a decompression bomb; if you trust it, raise ZHIKU_LIMIT_UNPACKED_MB, ZHIKU_LIMIT_RATIO or ZHIKU_LIMIT_ENTRIES.',
  },
  'ingest.nesting_limit': {
    status: 422,
    retryable: false,
    zh: '内容嵌套过深（超过 {limit} 层），无法读取。',
    en: 'The content is nested too deeply (over {limit} levels) to be read.',
  },
  'ingest.page_limit': {
    status: 422,
    retryable: false,
    zh: '文件有 {pages} 页，超过上限 {limit} 页；上限以内的页可以检索。可拆分后再上传，或调高 ZHIKU_LIMIT_PAGES。',
    en: 'The file has {pages} pages; the limit is {limit}, and the pages within it can be searched. Split it and upload again, or raise ZHIKU_LIMIT_PAGES.',
  },
  'ingest.output_limit': {
    status: 422,
    retryable: false,
    zh: '读出的文字超过上限（{limit}）。请拆分后再上传，或调高 ZHIKU_LIMIT_CHARACTERS。',
    en: 'The text read is over the limit ({limit}). Split the file and upload it again, or raise ZHIKU_LIMIT_CHARACTERS.',
  },
  'ingest.time_limit': {
    status: 422,
    retryable: true,
    zh: '读取超过 {seconds} 秒，已停止。可以重试、拆分文件，或调高 ZHIKU_LIMIT_FILE_SECONDS（沉默的时限为 ZHIKU_LIMIT_PAGE_SECONDS 的一半）。',
    en: 'Reading took longer than {seconds} s and was stopped. Try again, split the file, or raise ZHIKU_LIMIT_FILE_SECONDS (for silence: half of ZHIKU_LIMIT_PAGE_SECONDS).',
  },
  'ingest.memory_limit': {
    status: 422,
    retryable: false,
    zh: '读取所需内存超过上限（{limit}），已停止。请拆分文件，或调高 ZHIKU_LIMIT_READER_MB（OCR 为 ZHIKU_LIMIT_OCR_MB）。',
    en: 'Reading needed more memory than the limit ({limit}) and was stopped. Split the file, or raise ZHIKU_LIMIT_READER_MB (for OCR: ZHIKU_LIMIT_OCR_MB).',
  },
  'ingest.reader_crashed': {
    status: 422,
    retryable: true,
    zh: '读取程序意外退出（{detail}）。可以重试；其他文件不受影响。',
    en: 'The reader stopped unexpectedly ({detail}). Try again; other files are not affected.',
  },
  'ingest.file_missing': {
    status: 500,
    retryable: false,
    zh: '存储中找不到这个文件的内容。请重新上传。',
    en: 'The bytes of this file are missing from the store. Upload it again.',
  },
  'ingest.interrupted': {
    status: 503,
    retryable: true,
    zh: '读取被中断，随后从断点继续。',
    en: 'Reading was interrupted and went on from where it was.',
  },
  'ingest.cancelled': {
    status: 200,
    retryable: true,
    zh: '已停止读取。已读的部分可以检索；重试会从断点继续。',
    en: 'Reading was stopped. What was read can be searched; trying again goes on from there.',
  },
  'ingest.superseded': {
    status: 200,
    retryable: false,
    zh: '读取途中来了新版本，改读新版本。',
    en: 'A new revision came while this one was being read; the new one is read instead.',
  },
  'ingest.paused': {
    status: 200,
    retryable: true,
    zh: '读取已暂停，恢复后从断点继续。',
    en: 'Reading was paused and goes on from where it was when it is resumed.',
  },
  'queue.paused': {
    status: 200,
    retryable: true,
    zh: '排队已暂停，恢复后开始读取。',
    en: 'The queue is paused; reading starts when it is resumed.',
  },
  'ingest.attempts_used_up': {
    status: 500,
    retryable: true,
    zh: '读取多次中断（{attempts} 次），已停止。可以手动重试。',
    en: 'Reading was interrupted {attempts} times and was given up. It can be tried again by hand.',
  },
  // containers: ZIP, mail
  'ingest.entries_unread': {
    status: 422,
    retryable: false,
    zh: '里面有 {count} 个文件没有读取：{detail}。其余文件已读取。',
    en: '{count} of the files in it were not read: {detail}. The others were.',
  },
  'ingest.files_limit': {
    status: 422,
    retryable: false,
    zh: '里面的文件超过上限（{limit}），其余没有读取。请拆分后再上传，或调高 ZHIKU_LIMIT_CONTAINER_FILES 或 ZHIKU_LIMIT_CONTAINER_MB。',
    en: 'It holds more files than the limit of {limit}; the rest was not read. Split it and upload again, or raise ZHIKU_LIMIT_CONTAINER_FILES or ZHIKU_LIMIT_CONTAINER_MB.',
  },
  'ingest.depth_limit': {
    status: 422,
    retryable: false,
    zh: '压缩包或邮件一层套一层，超过 {limit} 层（ZHIKU_LIMIT_NESTING）；更里面的文件没有读取。请解压后再上传。',
    en: 'Archives or mails are inside each other over {limit} levels deep (ZHIKU_LIMIT_NESTING); the files further in were not read. Unpack it and upload again.',
  },
  // fetching from the web
  'fetch.url_invalid': {
    status: 400,
    retryable: false,
    zh: '网址“{url}”不能用。请用不含用户名和密码的 http:// 或 https:// 网址。',
    en: 'The address “{url}” cannot be used. Use an http:// or https:// address without user name and password.',
  },
  'fetch.address_refused': {
    status: 403,
    retryable: false,
    zh: '“{host}”指向本机或内部网络，出于安全没有读取。如果确实要读取内网网页，请设置 ZHIKU_FETCH_PRIVATE=1 后重新启动。',
    en: '“{host}” is on this machine or a private network and was not fetched, for safety. To read pages of an intranet, set ZHIKU_FETCH_PRIVATE=1 and start again.',
  },
  'fetch.unreachable': {
    status: 502,
    retryable: true,
    zh: '连不上“{host}”（{detail}）。请检查网址和网络后重试。',
    en: '“{host}” cannot be reached ({detail}). Check the address and the network, then try again.',
  },
  'fetch.status': {
    status: 502,
    retryable: true,
    zh: '“{host}”没有给出网页（HTTP {status}）。请检查网址；需要登录的网页请另存为文件后上传。',
    en: '“{host}” did not give the page (HTTP {status}). Check the address; save pages that need a login to a file and upload it.',
  },
  'fetch.redirects': {
    status: 502,
    retryable: false,
    zh: '网页转向超过 {limit} 次，已停止。',
    en: 'The page redirects more than {limit} times; fetching was stopped.',
  },
  'fetch.too_large': {
    status: 413,
    retryable: false,
    zh: '网上的内容超过上限（{limit}），已停止。请下载后拆分，再上传文件。',
    en: 'The content is over the limit ({limit}); fetching was stopped. Download it, split it and upload the files.',
  },
  'fetch.time_limit': {
    status: 504,
    retryable: true,
    zh: '读取网页超过 {seconds} 秒，已停止。请稍后再试。',
    en: 'Fetching took longer than {seconds} s and was stopped. Try again later.',
  },
  'fetch.encoding': {
    status: 502,
    retryable: false,
    zh: '网站用了不支持的压缩方式（{encoding}）。请下载后上传文件。',
    en: 'The site uses a compression that is not supported ({encoding}). Download the page and upload the file.',
  },
  'fetch.robots': {
    status: 403,
    retryable: false,
    zh: '网站的 robots.txt 不允许自动读取“{url}”。可在浏览器里另存后上传，或单独添加这个网址。',
    en: 'The robots.txt of the site does not let programs read “{url}”. Save it in a browser and upload it, or add this one address by itself.',
  },
  'sitemap.not_found': { status: 404, retryable: false, zh: '没有这个网站地图。', en: 'There is no such sitemap.' },
  'sitemap.invalid': {
    status: 422,
    retryable: false,
    zh: '“{url}”不是网站地图，里面没有网址。网站地图一般在 /sitemap.xml。',
    en: '“{url}” is no sitemap: it lists no addresses. A sitemap usually is at /sitemap.xml.',
  },
  'sitemap.limit': {
    status: 422,
    retryable: false,
    zh: '网站地图列出的网页超过 {limit} 个，只加入前 {limit} 个。其余请用分开的网站地图。',
    en: 'The sitemap lists more than {limit} pages; the first {limit} were taken. Use smaller sitemaps for the rest.',
  },
  'sitemap.other_sites': {
    status: 422,
    retryable: false,
    zh: '网站地图里有 {count} 个网址属于别的网站，没有加入。',
    en: 'The sitemap lists {count} addresses of other sites; they were not added.',
  },
  'document.no_address': {
    status: 409,
    retryable: false,
    zh: '这个文档不是从网上读取的，不能重新读取。请上传新文件。',
    en: 'This document was not fetched from the web and cannot be fetched again. Upload the new file.',
  },
  // watched folders
  'watch.not_found': { status: 404, retryable: false, zh: '没有监视这个文件夹。', en: 'There is no such watched folder.' },
  'watch.folder_invalid': {
    status: 400,
    retryable: false,
    zh: '不能监视文件夹“{folder}”：{detail}。',
    en: 'The folder “{folder}” cannot be watched: {detail}.',
  },
  'watch.already': {
    status: 409,
    retryable: false,
    zh: '文件夹“{folder}”已在监视中（或在一个已监视的文件夹里面）。',
    en: 'The folder “{folder}” is watched already, or lies in one that is.',
  },
  'watch.unreachable': {
    status: 503,
    retryable: true,
    zh: '现在找不到文件夹“{folder}”（或它突然空了）。已读取的文档保留；文件夹恢复后自动继续。',
    en: 'The folder “{folder}” is not there at the moment, or is suddenly empty. Its documents are kept; watching goes on by itself when it is back.',
  },
  'watch.files_limit': {
    status: 422,
    retryable: false,
    zh: '文件夹里的文件超过上限 {limit} 个，其余没有读取。请分开监视子文件夹。',
    en: 'The folder holds more files than the limit of {limit}; the rest was not read. Watch its subfolders instead.',
  },
  // answers
  'model.unreachable': {
    status: 502,
    retryable: true,
    zh: '连不上模型服务 {server}。请检查它是否在运行；现在先给出资料原文。',
    en: 'The model server {server} cannot be reached. Check that it is running; passages are quoted meanwhile.',
  },
  'model.refused': {
    status: 502,
    retryable: true,
    zh: '模型服务 {server} 拒绝了请求（{detail}）。',
    en: 'The model server {server} refused the request ({detail}).',
  },
  'model.cut': {
    status: 502,
    retryable: true,
    zh: '模型服务 {server} 在回答途中断开。已收到的文字已保留。',
    en: 'The model server {server} broke off in the middle of the answer. What had arrived was kept.',
  },
  'model.timeout': {
    status: 504,
    retryable: true,
    zh: '模型服务 {server} 超过 {seconds} 秒没有回应。',
    en: 'The model server {server} gave no sign for {seconds} s.',
  },
  'model.empty': {
    status: 502,
    retryable: true,
    zh: '模型服务 {server} 没有给出文字。',
    en: 'The model server {server} returned no text.',
  },
  'model.invalid': {
    status: 502,
    retryable: true,
    zh: '模型服务 {server} 的回复无法读取（{detail}）。请检查地址是否正确、是否包含 /v1。',
    en: 'The reply of the model server {server} cannot be read ({detail}). Check its address, which must include /v1.',
  },
  'model.none': {
    status: 502,
    retryable: true,
    zh: '模型服务 {server} 没有列出对话模型。请载入一个模型，或设置 ZHIKU_CHAT_MODEL。',
    en: 'The model server {server} lists no chat model. Load one there, or set ZHIKU_CHAT_MODEL.',
  },
  'model.length': {
    status: 200,
    retryable: true,
    zh: '回答达到长度上限，在这里截断。',
    en: 'The answer reached the length limit and was cut here.',
  },
  'model.uncited': {
    status: 200,
    retryable: true,
    zh: '模型没有为这个回答标出任何来源，请对照资料原文核对。',
    en: 'The model named no source for this answer. Check it against the passages.',
  },
  'run.interrupted': {
    status: 503,
    retryable: true,
    zh: '服务重启，回答中断。已有的文字已保留，可以重新提问。',
    en: 'The server was restarted and the answer was interrupted. What was there was kept; ask again.',
  },
  'run.stopped': { status: 200, retryable: true, zh: '已停止。', en: 'Stopped.' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS
export type ErrorParams = Record<string, string | number>
export type Language = 'zh' | 'en'

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)

/** Message of a code in one language, with params filled in; a missing param stays visible as `{name}`. */
export function errorMessage(code: ErrorCode, params: ErrorParams, language: Language): string {
  return ERRORS[code][language].replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}
