/** How a page tells its user of a failure, and of a success. */
export interface Shows {
  readonly failure?: RegExp;
  readonly success?: RegExp;
}

const FAILURE =
  /\b(fail(ed|ure)?|could ?n[o']t|can ?not|can't|unable|error|went wrong|did ?n[o']t work|timed out|try again|denied|rejected)\b|\b(?:not|never|\w+n['’]t)\s+(?:(?:yet|been)\s+)*(?:success\w*|ready|created|registered|added|saved|done|logged in|signed in|completed?)\b|失敗|エラー|できませんでした|タイムアウト|もう一度/u;
const SUCCESS =
  /\b(success(ful|fully)?|ready|created|registered|added|saved|done|welcome|logged in|signed in|completed?)\b|成功|完了|登録しました|ログインしました|ようこそ/u;

/** Returns the sources of the expressions; those of English and Japanese pages where none are given. */
export function wordsOf({ failure = FAILURE, success = SUCCESS }: Shows = {}): {
  readonly failure: string;
  readonly success: string;
} {
  return { failure: failure.source, success: success.source };
}
