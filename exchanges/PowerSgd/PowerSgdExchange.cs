using System.Collections.Immutable;
using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Exchanges.PowerSgd;

/// <summary>
/// PowerSGD (Vogels, Karimireddy and Jaggi 2019, Algorithms 1 and 2): of every matrix M = g + e the workers compute P = MQ, average it,
/// make it orthonormal, compute Q = MᵀP and average that; P·Qᵀ is the result, and e ← M − P·Qᵀ stays with each worker. Q is the next
/// step's start. Vectors go dense, in the same all-reduce as P.
/// </summary>
/// <remarks>
/// Two all-reduces a step serve all parameters. Bytes a worker sends: 2(n−1)/n · 4 · (Σ r(rows + columns) + elements of vectors).
/// A column of P that vanishes, or depends on the others, is left out, and random numbers take its place in the next step's Q; the paper
/// divides by a small constant there. One float a parameter, and the factors.
/// </remarks>
[Algorithm(
    "powersgd", AlgorithmRole.Exchange, "PowerSGD, Vogels et al. 2019: low-rank factors by all-reduce",
    Carries = PayloadForm.Floats, CompressesAlike = true, WithoutMemory = "it keeps by itself what its approximation leaves out",
    DiffersFromPaper = "a column without a direction of its own is left out and drawn anew, where the paper divides by a small constant; momentum is the optimizer's own, where the paper adds it after decompression")]
public sealed class PowerSgdExchange : IGradientAggregator
{
    private readonly PowerSgdOptions _options;
    private readonly ThreadTeam _team;
    private readonly ImmutableArray<LowRankSlot> _matrices;
    private readonly ImmutableArray<(ParameterSlot Slot, int Offset)> _vectors;
    private readonly float[] _residual;
    private readonly float[] _left;
    private readonly float[] _right;

    /// <param name="options">Rank and start.</param>
    /// <param name="context">Parameters and threads.</param>
    public PowerSgdExchange(PowerSgdOptions options, ComponentContext context)
    {
        _options = options;
        _team = context.Team;
        var matrices = ImmutableArray.CreateBuilder<LowRankSlot>();
        var vectors = ImmutableArray.CreateBuilder<(ParameterSlot, int)>();
        int left = 0, right = 0;
        foreach (var slot in context.Layout.Slots)
        {
            if (LowRankSlot.Of(slot, options.Rank, left, right) is { } matrix)
            {
                matrices.Add(matrix);
                left += matrix.LeftLength;
                right += matrix.RightLength;
            }
            else
            {
                vectors.Add((slot, left));
                left += slot.Length;
            }
        }

        _matrices = matrices.ToImmutable();
        _vectors = vectors.ToImmutable();
        _residual = new float[context.Layout.Length];
        _left = new float[left];
        _right = new float[right];
    }

    public IEnumerable<ReadOnlyMemory<float>> Residuals => [_residual];

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        using (step.Meter.Measure(StepPhase.Compress))
        {
            AddScaled.Invoke(_team, _residual, 1, bucket.All, 1);
            ProjectRight(step);
        }

        double bits = 32.0 * (_left.Length + _right.Length);
        step.Meter.AddPayload(bits, bits);
        communicator.AllReduce(_left.AsSpan());
        using (step.Meter.Measure(StepPhase.Compress))
        {
            ProjectLeft();
        }

        communicator.AllReduce(_right.AsSpan());
        using (step.Meter.Measure(StepPhase.Decompress))
        {
            Scale.Invoke(_team, _right, 1f / communicator.WorldSize);
            WriteResult(bucket, communicator);
        }
    }

    public void Save(IStateWriter writer)
    {
        foreach (var matrix in _matrices)
        {
            writer.Write($"residual/{matrix.Slot.Name}", ResidualOf(matrix.Slot));
            writer.Write($"powersgd/{matrix.Slot.Name}", RightOf(matrix));
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var matrix in _matrices)
        {
            reader.Read($"residual/{matrix.Slot.Name}", ResidualOf(matrix.Slot));
            reader.Read($"powersgd/{matrix.Slot.Name}", RightOf(matrix));
        }
    }

    // P = MQ; vectors move out of the residual into the same buffer.
    private void ProjectRight(StepContext step)
    {
        foreach (var matrix in _matrices)
        {
            if (!_options.WarmStart)
            {
                RightOf(matrix).Clear();
            }

            matrix.FillZeroColumns(RightOf(matrix), step);
            MatrixTimesColumns.Invoke(_team, ResidualOf(matrix.Slot), RightOf(matrix), matrix.Rows, matrix.Rank, LeftOf(matrix));
        }

        foreach (var (slot, offset) in _vectors)
        {
            ResidualOf(slot).CopyTo(_left.AsSpan(offset));
            ResidualOf(slot).Clear();
        }
    }

    // The sum of all P has the same orthonormal columns as their mean.
    private void ProjectLeft()
    {
        foreach (var matrix in _matrices)
        {
            Orthonormalize.Invoke(LeftOf(matrix), matrix.Rows);
            TransposedTimesColumns.Invoke(_team, ResidualOf(matrix.Slot), LeftOf(matrix), matrix.Rows, matrix.Rank, RightOf(matrix));
        }
    }

    private void WriteResult(GradientBucket bucket, ICommunicator communicator)
    {
        foreach (var matrix in _matrices)
        {
            var result = communicator.WritesResult ? bucket[matrix.Slot] : default;
            SubtractLowRank.Invoke(_team, ResidualOf(matrix.Slot), LeftOf(matrix), RightOf(matrix), matrix.Rows, matrix.Rank, result);
        }

        if (communicator.WritesResult)
        {
            foreach (var (slot, offset) in _vectors)
            {
                _left.AsSpan(offset, slot.Length).CopyTo(bucket[slot]);
                Scale.Invoke(_team, bucket[slot], 1f / communicator.WorldSize);
            }
        }
    }

    private Span<float> ResidualOf(ParameterSlot slot) => _residual.AsSpan(slot.Offset, slot.Length);

    private Span<float> LeftOf(LowRankSlot matrix) => _left.AsSpan(matrix.LeftOffset, matrix.LeftLength);

    private Span<float> RightOf(LowRankSlot matrix) => _right.AsSpan(matrix.RightOffset, matrix.RightLength);
}
