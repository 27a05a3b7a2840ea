import { SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { CiCheckDocument, CiStep } from '../report/index.ts';
import type { Answer } from '../workspace.ts';

/** Does step after step and keeps what each had to say; an error of one is a diagnostic, not the end. */
export class CiSteps {
  readonly diagnostics: Diagnostic[] = [];
  readonly checks: CiCheckDocument[] = [];
  interrupted = false;
  readonly #isAborted: () => boolean;
  readonly #said = new Set<string>();

  constructor(isAborted: () => boolean) {
    this.#isAborted = isAborted;
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((d) => d.severity === 'error');
  }

  /** Undefined when it could not be done; after an interruption nothing is begun. */
  async do<D>(
    step: CiStep,
    work: () => Promise<Answer<D>>,
    summary: (answer: Answer<D>) => string,
  ): Promise<Answer<D> | undefined> {
    const started = performance.now();
    const seconds = (): number => Math.round(performance.now() - started) / 1000;
    if (this.interrupted) {
      this.skip(step, 'not done: interrupted');
      return undefined;
    }
    try {
      const answer = await work();
      this.interrupted = this.#isAborted();
      this.#note(step, this.#new(answer.diagnostics), seconds(), summary(answer));
      return answer;
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      this.interrupted = this.#isAborted();
      const [first] = error.diagnostics;
      this.#note(
        step,
        this.#new(error.diagnostics),
        seconds(),
        first?.message ?? 'it could not be done',
        true,
      );
      return undefined;
    }
  }

  /** Something on the way of a step: only what goes wrong is said. */
  async ask<T>(step: CiStep, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const [first] = error.diagnostics;
      this.#note(step, this.#new(error.diagnostics), 0, first?.message ?? 'it could not be done', true);
      return undefined;
    }
  }

  /** A step that was done on the way of another, which may have said what it failed for. */
  note(step: CiStep, found: readonly Diagnostic[], summary: string, failed: boolean): void {
    this.#note(step, this.#new(found), 0, summary, failed);
  }

  skip(step: CiStep, summary: string): void {
    this.checks.push({ step, status: 'skipped', errors: 0, warnings: 0, seconds: 0, summary });
  }

  /** What earlier steps have not said: every step that compiles says what the compiler said. */
  #new(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    return diagnostics.filter((d) => {
      const key = JSON.stringify([d.code, d.message, d.location?.path, d.location?.start]);
      return !this.#said.has(key) && this.#said.add(key);
    });
  }

  #note(step: CiStep, found: readonly Diagnostic[], seconds: number, summary: string, failed = false): void {
    this.diagnostics.push(...found);
    const errors = found.filter((d) => d.severity === 'error').length;
    const warnings = found.filter((d) => d.severity === 'warning').length;
    const status = failed || errors > 0 ? 'failed' : warnings > 0 ? 'warned' : 'passed';
    this.checks.push({ step, status, errors, warnings, seconds, summary });
  }
}
