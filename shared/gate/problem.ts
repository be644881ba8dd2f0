import type { FindingCode } from '#shared/domain/findings.ts'

/**
 * Content that cannot be followed further: malformed, beyond a budget, or in a form nobody reads here. A container's
 * reader throws it, the walker turns it into a finding. Everything else that is thrown is a fault of ours or of the disk,
 * and never becomes a verdict.
 */
export class GateProblem extends Error {
  readonly code: FindingCode
  readonly place: string
  constructor(code: FindingCode, place: string, detail: string) {
    super(detail)
    this.name = new.target.name
    this.code = code
    this.place = place
  }
}

/** A budget of the whole scan is used up: nothing further may be decoded, in no layer. */
export class BudgetSpent extends GateProblem {}

/** Ends the judging at the first reason for quarantine. Its finding is recorded already; it is not an error. */
export class StopJudging extends Error {}
