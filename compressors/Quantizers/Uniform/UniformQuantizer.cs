using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.Uniform;

/// <summary>
/// Sends values as b-bit levels evenly spread over the range of their bucket (CGX; Markov et al. 2022, "CGX: adaptive system support for
/// communication-efficient deep learning"). Range <c>minmax</c>: 2^b levels from the least to the greatest value, two float32 a bucket.
/// Range <c>max</c>: the 2^b − 1 levels −s to s of M/s with s = 2^(b−1) − 1, one float32 M a bucket, so that zeros stay zeros; with one
/// bit, which has no room for a zero, the two levels ±M.
/// </summary>
[Algorithm(
    "uniform", AlgorithmRole.Quantizer, "CGX, Markov et al. 2022",
    DiffersFromPaper = "one number of bits for all parameters (--slot gives others), which CGX adapts; range max and rounding to the nearest are additions")]
public sealed class UniformQuantizer : IQuantizer
{
    private readonly ThreadTeam _team;

    // One of the two: levels on both sides of zero, or from one end of a range to the other.
    private readonly LevelGrid? _levels;
    private readonly RangeGrid _range;

    /// <param name="options">Bits, buckets, range and rounding.</param>
    /// <param name="context">Threads.</param>
    public UniformQuantizer(UniformOptions options, ComponentContext context)
    {
        _team = context.Team;
        bool isStochastic = options.Rounding == UniformRounding.Stochastic;
        int bucket = int.Parse(options.Bucket, CultureInfo.InvariantCulture);
        _range = new RangeGrid(options.Bits, bucket, options.Range == UniformRange.Max, isStochastic);
        _levels = options.Range == UniformRange.Max && options.Bits > 1
            ? new LevelGrid((1 << (options.Bits - 1)) - 1, bucket, UsesTwoNorm: false, isStochastic)
            : null;
    }

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        int scaleBytes = _range.RangeBytes * _range.BucketCount(values.Length);
        var room = writer.Append(scaleBytes + BitPlanes.ByteCount(values.Length, _range.Bits));
        ulong key = RandomKey.Mix(step.Seed, step.Rank, step.Step, slot.Key, RandomPurpose.Rounding);
        bool isFinite = _levels is null
            ? RangePack.Invoke(_team, values, _range, key, room[..scaleBytes], room[scaleBytes..])
            : LevelPack.Invoke(_team, values, _levels, key, room[..scaleBytes], room[scaleBytes..]);
        if (!isFinite)
        {
            writer.Trim(room.Length);
            throw new NonFiniteGradientException(slot, "the range of a bucket is not finite; lower the learning rate or clip the gradient.");
        }

        double bits = (8.0 * scaleBytes) + ((double)_range.Bits * values.Length);
        writer.CountBits(nominalBits: bits, floorBits: bits);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        var scales = reader.ReadBytes(_range.RangeBytes * _range.BucketCount(destination.Length));
        var planes = reader.ReadBytes(BitPlanes.ByteCount(destination.Length, _range.Bits));
        if (_levels is null)
        {
            RangeUnpackAdd.Invoke(_team, scales, planes, _range, destination, scale);
        }
        else
        {
            LevelUnpackAdd.Invoke(_team, scales, planes, _levels, destination, scale);
        }
    }
}
