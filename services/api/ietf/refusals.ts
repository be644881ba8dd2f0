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

/** The body ended early: its client went away, another request came for the upload, or the process stops. Resumed, so not a 4xx. */
export const interrupted = () =>
  new AppError('unavailable', INTERRUPTED, 'Cannot receive all of the body now: ask for the offset and go on from it', {
    retryAfterSeconds: 1,
  })
export const isInterrupted = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === INTERRUPTED
const INTERRUPTED = 'interrupted'

/** Answers refusals that the draft has a problem type for, and interruptions, which are no fault to log; all others go on. */
export async function answerRefusal(error: unknown, req: Request, res: Response, next: NextFunction): Promise<void> {
  const problem = error instanceof AppError ? PROBLEMS.get(error.code) : undefined
  if (res.headersSent || (problem === undefined && !isInterrupted(error))) {
    next(error)
    return
  }
  if (error instanceof AppendRefused && interopVersionOf(req).refusalsTellComplete)
    res.set('Upload-Complete', booleanText(error.complete))
  const { status, headers, body } = errorAnswer(error, requestContext().requestId)
  res.status(status).set(headers)
  if (problem === undefined) {
    await finishAnswer(req, res, JSON.stringify(body), 'application/json; charset=utf-8')
    return
  }
  const [type, title] = problem
  const members = { type: `${TYPES}${type}`, title, status }
  await finishAnswer(req, res, JSON.stringify({ ...members, ...body }), 'application/problem+json')
}
