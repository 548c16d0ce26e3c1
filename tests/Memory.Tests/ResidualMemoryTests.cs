using Compression.Core.Catalog;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Memory.Tests;

/// <summary>Error feedback against the recursion p = βe + γg, e = p − sent, with a compressor that sends every third entry.</summary>
public sealed class ResidualMemoryTests
{
    private static readonly BucketLayout s_layout = BucketLayout.Create([("a", [1000]), ("b", [7])]);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.5, 1)]
    [InlineData(0.9, 0.3)]
    [InlineData(0, 1)]
    public void The_residual_follows_its_recursion(double beta, double gamma)
    {
        var memory = Create(beta, gamma);
        double[] residual = new double[1000];
        for (int step = 0; step < 5; step++)
        {
            float[] gradient = TestData.Gaussian(1000, seed: step);
            var slot = s_layout.Slots[0];
            float[] compensated = memory.Compensate(Bucket(gradient), Step(step))[..1000].ToArray();
            for (int i = 0; i < 1000; i++)
            {
                residual[i] = (beta * residual[i]) + (gamma * gradient[i]);
                Assert.Equal(residual[i], compensated[i], 1e-5);
            }

            memory.Update(slot, Sent(slot, compensated));
            for (int i = 0; i < 1000; i += 3)
            {
                residual[i] = 0;
            }

            Assert.Equal(residual.Sum(value => value * value), memory.ResidualSumOfSquares(), 1e-2);
        }
    }

    [Fact]
    public void The_gradient_is_left_as_it_is()
    {
        float[] gradient = TestData.Gaussian(s_layout.Length);
        float[] copy = [.. gradient];
        Create().Compensate(Bucket(gradient), Step(0));
        Assert.Equal(copy, gradient);
    }

    [Fact]
    public void State_comes_back_bit_for_bit()
    {
        var memory = Create();
        memory.Compensate(Bucket(TestData.Extreme(s_layout.Length)), Step(0));
        var state = new StateInMemory();
        memory.Save(state);
        var restored = Create();
        restored.Load(state);
        var zeros = Bucket([]);
        uint[] expected = [.. memory.Compensate(zeros, Step(1)).ToArray().Select(BitConverter.SingleToUInt32Bits)];
        uint[] actual = [.. restored.Compensate(zeros, Step(1)).ToArray().Select(BitConverter.SingleToUInt32Bits)];
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Without_memory_the_gradient_passes_and_nothing_is_kept()
    {
        var memory = new NoMemory();
        var bucket = Bucket(TestData.Gaussian(s_layout.Length));
        Assert.True(memory.Compensate(bucket, Step(0)) == bucket.All);
        Assert.Equal(0, memory.ResidualSumOfSquares());
    }

    private static ResidualMemory Create(double beta = 1, double gamma = 1) =>
        new(new ResidualOptions { Beta = beta, Gamma = gamma }, new ComponentContext(s_layout, KernelTeam.Single, 0));

    // What is not given is zero.
    private static GradientBucket Bucket(float[] gradient)
    {
        float[] all = new float[s_layout.Length];
        gradient.CopyTo(all, 0);
        return new GradientBucket(s_layout, all);
    }

    private static StepContext Step(long step) => new(step, 1, 0, 1, 0, new StepLedger());

    private static SentGradient Sent(ParameterSlot slot, float[] values)
    {
        var compressor = new EveryThird();
        var writer = new PayloadWriter();
        compressor.Compress(new GradientView(slot, values, values, Step(0)), writer);
        return new SentGradient(compressor, slot, writer.Written, Step(0));
    }

    private sealed class EveryThird : ICompressor
    {
        public CompressorTraits Traits { get; } = new(Unbiased: false, Lossless: false);

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

    private sealed class StateInMemory : IStateWriter, IStateReader
    {
        private readonly Dictionary<string, float[]> _arrays = [];

        public void Write(string name, ReadOnlySpan<float> values) => _arrays.Add(name, values.ToArray());

        public bool Contains(string name) => _arrays.ContainsKey(name);

        public void Read(string name, Span<float> destination) => _arrays[name].CopyTo(destination);
    }
}
