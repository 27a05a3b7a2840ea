import { SCHEMA_VERSION, type UpkeepDocument, type UpkeepStepDocument } from '../report/index.ts';
import { physicalKey } from '../state/index.ts';
import { isIdle, type Step, type Upkeep } from './upkeep.ts';

/** Upkeep as it is shown before and after it is done. `run`: the one that did it. */
export function toUpkeepDocument(upkeep: Upkeep, run: string | null): UpkeepDocument {
  return {
    schema_version: SCHEMA_VERSION,
    kind: upkeep.kind,
    environment: upkeep.environment,
    status: isIdle(upkeep) ? 'nothing-to-do' : run === null ? 'planned' : 'done',
    run,
    sequence: upkeep.sequence,
    from: upkeep.from,
    models: upkeep.models,
    virtual_updates: upkeep.virtual_updates,
    behind: upkeep.behind,
    steps: upkeep.steps.map(toStep),
    summary: run === null ? upkeep.summary : upkeep.done,
  };
}

function toStep(step: Step): UpkeepStepDocument {
  const { reason } = step;
  switch (step.kind) {
    case 'keep':
      return { what: step.what, action: 'keep', name: physicalKey(step.name), reason };
    case 'drop-view':
      return { what: 'environment view', action: 'drop', name: physicalKey(step.view), reason };
    case 'point-view':
      return {
        what: 'environment view',
        action: step.stands ? 'point' : 'create',
        name: physicalKey(step.view),
        reason,
      };
    case 'drop-relation':
      return { what: step.relation, action: 'drop', name: physicalKey(step.physical), reason };
    case 'forget-relation':
      return { what: 'record', action: 'forget', name: step.key, reason };
    case 'record-promotion':
      return {
        what: 'record',
        action: 'create',
        name: `promotion ${step.sequence} of ${step.environment}`,
        reason,
      };
    case 'forget-environment':
      return { what: 'record', action: 'forget', name: `environment ${step.environment}`, reason };
    case 'forget-promotions':
      return {
        what: 'record',
        action: 'forget',
        name: `${step.sequences.length === 1 ? 'promotion' : 'promotions'} ${step.sequences.join(', ')} of ${step.environment}`,
        reason,
      };
    case 'forget-runs':
      return {
        what: 'record',
        action: 'forget',
        name: step.runs.length === 1 ? '1 run' : `${step.runs.length} runs`,
        reason,
      };
    case 'forget-kept':
      return { what: 'rows', action: 'drop', name: step.name, reason };
    case 'take-back-mends':
      return { what: 'rows', action: 'forget', name: step.name, reason };
    case 'compute-again':
      return { what: 'table', action: 'compute', name: physicalKey(step.physical), reason };
    default:
      return step satisfies never;
  }
}
