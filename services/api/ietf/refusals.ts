import type { NextFunction, Request, Response } from 'express'
import { AppError } from '#shared/domain/errors.ts'
import { errorAnswer } from '../http/answer-error.ts'
import { finishAnswer } from '../http/finish-answer.ts'
import { requestContext } from '../http/request-context.ts'
import { interopVersionOf } from './interop-versions.ts'
import { booleanText } from './structured-fields.ts'

const TYPES = 'https://iana.org/assignments/http-problem-types#'
/** Codes of ours with a problem type of the draft; type and title come on top of our own fields (RFC 9457 §3.2). */
const PROBLEMS: ReadonlyMap<string, readonly [type: string, title: string]> = new Map([
  ['wrong_offset', ['mismatching-upload-offset', 'Mismatching Upload Offset']],
  ['upload_completed', ['completed-upload', 'Upload Is Completed']],
  ['inconsistent_length', ['inconsistent-upload-length', 'Inconsistent Upload Length Values']],
])

/** A refusal of an append because of where the upload is. */
class AppendRefused extends AppError {
  readonly complete: boolean
  constructor(kind: 'invalid' | 'conflict', code: string, message: string, complete: boolean, figures = {}) {
    super(kind, code, message, { figures })
    this.complete = complete
  }
}

export const wrongOffset = (expected: number, provided: number, complete: boolean) =>
  new AppendRefused(
    'conflict',
    'wrong_offset',
    `Cannot append at ${provided}: the upload is at ${expected}; go on from there`,
    complete,
    { 'expected-offset': expected, 'provided-offset': provided },
  )

export const uploadCompleted = () =>
  new AppendRefused('invalid', 'upload_completed', 'Cannot append to the upload: it is complete already', true)

/** Answers refusals that the draft has a problem type for; all others go on to the answer every route gives. */
export async function answerProblem(error: unknown, req: Request, res: Response, next: NextFunction): Promise<void> {
  const problem = error instanceof AppError ? PROBLEMS.get(error.code) : undefined
  if (problem === undefined || res.headersSent) {
    next(error)
    return
  }
  if (error instanceof AppendRefused && interopVersionOf(req).refusalsTellComplete)
    res.set('Upload-Complete', booleanText(error.complete))
  const [type, title] = problem
  const { status, headers, body } = errorAnswer(error, requestContext().requestId)
  res.status(status).set(headers)
  await finishAnswer(
    req,
    res,
    JSON.stringify({ type: `${TYPES}${type}`, title, status, ...body }),
    'application/problem+json',
  )
}
