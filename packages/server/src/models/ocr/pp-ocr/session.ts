/** onnxruntime sessions for one process: one thread, no spinning, CPU as the fall-back of every provider. */
import * as ort from 'onnxruntime-node'
import type { ExecutionProvider } from '../types.ts'

export interface Session {
  /** the provider that is in use */
  provider: ExecutionProvider
  /** one input, one output */
  run(data: Float32Array, dims: readonly number[]): Promise<{ data: Float32Array; dims: readonly number[] }>
  close(): Promise<void>
}

const OPTIONS: ort.InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Shapes change from call to call: patterns of one shape are of no use to the next and keep memory.
  enableMemPattern: false,
  enableCpuMemArena: true,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
}

/** @throws Error when not even the CPU can run the model */
export async function openSession(model: Uint8Array, wanted: ExecutionProvider): Promise<Session> {
  const { session, provider } = await create(model, wanted)
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!]
  return {
    provider,
    async run(data, dims) {
      const tensor = new ort.Tensor('float32', data, dims)
      const result = (await session.run({ [input]: tensor }))[output]!
      return { data: result.data as Float32Array, dims: result.dims }
    },
    close: () => session.release(),
  }
}

async function create(
  model: Uint8Array,
  wanted: ExecutionProvider,
): Promise<{ session: ort.InferenceSession; provider: ExecutionProvider }> {
  if (wanted !== 'cpu') {
    try {
      return { session: await ort.InferenceSession.create(model, { ...OPTIONS, executionProviders: [wanted, 'cpu'] }), provider: wanted }
    } catch {
      // Not in this build, or no such device: the reading says which provider is in use.
    }
  }
  return { session: await ort.InferenceSession.create(model, { ...OPTIONS, executionProviders: ['cpu'] }), provider: 'cpu' }
}

export const RUNTIME = `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}`
