using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>One of our methods on one gradient: compresses it into a payload and adds what that decodes to, both as often as one likes.</summary>
internal sealed class CompressorRun
{
    private readonly CompressorInput _input;
    private readonly ICompressor _compressor;
    private readonly StepContext _step = new(0, 1, 0, 1, 0, new StepMeter());

    /// <param name="plan">The method.</param>
    /// <param name="input">The gradient.</param>
    /// <param name="team">Threads.</param>
    public CompressorRun(CompressionPlan plan, CompressorInput input, ThreadTeam team)
    {
        _input = input;
        _compressor = plan.CreateCompressor(input.Bucket.Layout, team);
        Sum = new float[input.Bucket.Layout.Length];
        Compress(input.PassedSum, input.PassedSquares);
    }

    /// <summary>What was written last.</summary>
    public PayloadWriter Payload { get; } = new();

    /// <summary>What all decompressions so far added up to.</summary>
    public float[] Sum { get; }

    /// <summary>Writes the payload.</summary>
    public void Compress() => Compress(_input.Step, _input.Squares);

    /// <summary>Adds what it decodes to.</summary>
    public void Decompress()
    {
        var reader = new PayloadReader(Payload.Written);
        foreach (var slot in _input.Bucket.Layout.Slots)
        {
            _compressor.Decompress(ref reader, new GradientAccumulator(slot, Sum.AsSpan(slot.Offset, slot.Length), 1, _step));
        }
    }

    private void Compress(float[] raw, float[] squares)
    {
        Payload.Reset();
        _compressor.BeginStep(_input.Bucket.Layout.Slots.AsSpan(), _input.Bucket.All, _step);
        foreach (var slot in _input.Bucket.Layout.Slots)
        {
            _compressor.Compress(new GradientView(slot, raw, _input.Bucket.All, _step, squares), Payload);
        }
    }
}
