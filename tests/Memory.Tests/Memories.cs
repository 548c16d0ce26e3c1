using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Memory.Tests;

/// <summary>What tests of memories share: a model of two slots, and a compressor that sends every third entry as it is.</summary>
internal static class Memories
{
    public static BucketLayout Layout { get; } = BucketLayout.Create([("a", [1000]), ("b", [7])]);

    public static ComponentContext Context { get; } = new(Layout, ThreadTeam.Single, 0);

    public static GradientBucket Bucket(float[] gradient)
    {
        float[] all = new float[Layout.Length];
        gradient.CopyTo(all, 0);
        return new GradientBucket(Layout, all);
    }

    public static StepContext Step(long step, double rate = 1) => new(step, 1, 0, rate, 0, new StepMeter());

    /// <summary>Compensates, sends, and lets the memory know; returns what was sent.</summary>
    public static float[] Turn(IGradientMemory memory, float[] gradient, long step = 0, double rate = 1, ICompressor? compressor = null)
    {
        compressor ??= new EveryThird();
        var bucket = Bucket(gradient);
        float[] sent = new float[Layout.Length];
        var compensated = memory.Compensate(bucket, Step(step, rate));
        foreach (var slot in Layout.Slots)
        {
            var writer = new PayloadWriter();
            compressor.Compress(new GradientView(slot, bucket.All, compensated, Step(step)), writer);
            var payload = new SentGradient(compressor, slot, writer.Written, Step(step));
            payload.AddTo(sent.AsSpan(slot.Offset, slot.Length), 1);
            memory.Update(slot, payload);
        }

        return sent;
    }

    public static bool IsSent(int index) => (index < 1000 ? index : index - 1000) % 3 == 0;

    public static StateInMemory Save(IGradientMemory memory)
    {
        var state = new StateInMemory();
        memory.Save(state);
        return state;
    }

    internal sealed class EveryThird : ICompressor
    {
        public void Compress(in GradientView gradient, PayloadWriter writer)
        {
            for (int i = 0; i < gradient.Slot.Length; i += 3)
            {
                writer.WriteSingle(gradient.Compensated[i]);
            }
        }

        public void Decompress(ref PayloadReader reader, GradientAccumulator destination)
        {
            for (int i = 0; i < destination.Slot.Length; i += 3)
            {
                destination.AddAt([i], [reader.ReadSingle()]);
            }
        }
    }

    /// <summary>Sends half of every entry: nothing is left out, nothing arrives in full.</summary>
    internal sealed class HalfOfAll : ICompressor
    {
        public void Compress(in GradientView gradient, PayloadWriter writer)
        {
            foreach (float value in gradient.Compensated)
            {
                writer.WriteSingle(value / 2);
            }
        }

        public void Decompress(ref PayloadReader reader, GradientAccumulator destination)
        {
            foreach (ref float value in destination.TakeAll())
            {
                value += destination.Scale * reader.ReadSingle();
            }
        }
    }
}
