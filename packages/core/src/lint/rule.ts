import type { Compiled, CompiledModel } from '../compile/index.ts';
import type { LintRuleName, Location } from '../diagnostic/index.ts';
import type { RuleSettings } from '../project/index.ts';
import type { LintedQuery } from './query.ts';

/** A replacement in a file: UTF-16 offsets, half-open. */
export interface Fix {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a rule found. The code, the severity and the rule's name are added by who runs it. */
export interface Finding {
  /** One sentence without a full stop. */
  readonly message: string;
  readonly location: Location;
  readonly hint?: string;
  /** A change of the model's file that mends it and keeps the model's meaning. */
  readonly fix?: Fix;
}

/** A model as rules see it. */
export interface LintedModel {
  readonly model: CompiledModel;
  /** Undefined for models without a query. */
  readonly query: LintedQuery | undefined;
}

/** What rules know of the project around a model. */
export interface Surroundings {
  readonly nodes: Compiled['nodes'];
  /** The models that read a node, by its name; with those whose audits alone do. */
  readonly readers: ReadonlyMap<string, readonly CompiledModel[]>;
  /** Models that have a unit test, by name in lower case; read when a rule asks. */
  readonly testedModels: () => ReadonlySet<string>;
}

/** A lint rule: a pure function over the compiler's facts. */
export interface Rule {
  readonly name: LintRuleName;
  check(model: LintedModel, around: Surroundings, settings: RuleSettings): readonly Finding[];
}
