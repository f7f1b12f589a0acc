/** How a page tells its user of a failure, and of a success; with the flags that are given (`i` for any case). */
export interface Shows {
  readonly failure?: RegExp;
  readonly success?: RegExp;
}

const FAILURE =
  /\b(fail(ed|ure)?|could ?n[o']t|can ?not|can't|unable|error|went wrong|did ?n[o']t work|timed out|try again|denied|rejected)\b|\b(?:not|never|\w+n['’]t)\s+(?:(?:yet|been)\s+)*(?:success\w*|ready|created|registered|added|saved|done|logged in|signed in|completed?)\b|失敗|エラー|できませんでした|タイムアウト|もう一度/iu;
const SUCCESS =
  /\b(success(ful|fully)?|ready|created|registered|added|saved|done|welcome|logged in|signed in|completed?)\b|成功|完了|登録しました|ログインしました|ようこそ/iu;

/** One expression, as a document can be told of it. */
export interface WordPattern {
  readonly source: string;
  readonly flags: string;
}

/** Returns the expressions as text; those of English and Japanese pages where none are given. */
export function wordsOf({ failure = FAILURE, success = SUCCESS }: Shows = {}): {
  readonly failure: WordPattern;
  readonly success: WordPattern;
} {
  return { failure: patternOf(failure), success: patternOf(success) };
}

/** Keeps the flags that are given, but for those with which an expression remembers where it found something last. */
function patternOf({ source, flags }: RegExp): WordPattern {
  return { source, flags: flags.replaceAll(/[gy]/g, "") };
}
