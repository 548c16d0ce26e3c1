using System.Buffers.Binary;
using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.Qsgd;

/// <summary>
/// Sends sign(v)·norm·ℓ/s, ℓ = ⌊s·|v|/norm + u⌋ with u uniform in [0, 1): unbiased, and at most norm/s from v
/// (QSGD; Alistarh et al. 2017, "QSGD: communication-efficient SGD via gradient quantization and encoding", section 3.1; buckets as in
/// section 4). The norm is one float32 a bucket.
/// </summary>
/// <param name="options">Levels, buckets, norm and coding.</param>
/// <param name="context">Threads.</param>
/// <remarks>
/// The paper codes ℓ by Elias' omega code of run lengths and levels; here every level has its own gamma code
/// (<see cref="SignedGamma"/>), which is no longer for the levels that occur and can be read by table.
/// On the wire: the coding, the norms, then either the levels plus s in <see cref="BitPlanes"/>, or the lengths of the segments of
/// <see cref="GammaPack"/>, 2 bytes each, and the segments.
/// </remarks>
[Algorithm(
    "qsgd", AlgorithmRole.Quantizer, "Alistarh et al. 2017", Traits = AlgorithmTraits.Unbiased,
    DiffersFromPaper = "every level has its own gamma code, or fixed bits where they are fewer; the paper writes runs of zeros and levels in the omega code")]
public sealed class QsgdQuantizer(QsgdOptions options, ComponentContext context) : IQuantizer
{
    private const byte PackedCode = 0;
    private const byte EliasCode = 1;

    private readonly LevelGrid _grid = new(
        options.Levels, int.Parse(options.Bucket, CultureInfo.InvariantCulture), options.Norm == QsgdNorm.Two, IsStochastic: true);
    private readonly QsgdCoding _coding = options.Coding;
    private readonly ThreadTeam _team = context.Team;
    private readonly Scratch<int> _segmentBits = new();
    private readonly Scratch<int> _starts = new();

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        // The coding, the norms, and room for the levels: in fixed bits, or more than any Elias code of them takes.
        int normBytes = sizeof(float) * _grid.BucketCount(values.Length), planeBytes = BitPlanes.ByteCount(values.Length, _grid.Bits);
        int segments = GammaPack.SegmentCount(values.Length);
        int levelBytes = _coding == QsgdCoding.Elias ? checked((segments * (sizeof(ushort) + GammaPack.LargestSegment)) + 1) : planeBytes;
        var room = writer.Append(1 + normBytes + levelBytes);
        Span<byte> norms = room.Slice(1, normBytes), levels = room[(1 + normBytes)..];
        ulong key = RandomKey.Mix(step.Seed, step.Rank, step.Step, slot.Key, RandomPurpose.Rounding);
        double normBits = 8.0 * normBytes, nominal = normBits + ((double)_grid.Bits * values.Length);
        if (_coding != QsgdCoding.Packed && TryWriteElias(values, key, norms, levels, out int codeBytes, out long codeBits))
        {
            room[0] = EliasCode;
            writer.Trim(levelBytes - codeBytes);
            writer.CountBits(nominal, floorBits: normBits + codeBits);
        }
        else if (LevelPack.Invoke(_team, values, _grid, key, norms, levels[..planeBytes]))
        {
            room[0] = PackedCode;
            writer.CountBits(nominal, floorBits: nominal);
        }
        else
        {
            writer.Trim(room.Length);
            throw new NonFiniteGradientException(slot, "the norm of a bucket is not finite; lower the learning rate or clip the gradient.");
        }
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        byte coding = reader.ReadByte();
        var norms = reader.ReadBytes(sizeof(float) * _grid.BucketCount(destination.Length));
        switch (coding)
        {
            case PackedCode:
                LevelUnpackAdd.Invoke(
                    _team, norms, reader.ReadBytes(BitPlanes.ByteCount(destination.Length, _grid.Bits)), _grid, destination, scale);
                break;
            case EliasCode:
                var starts = ReadStarts(reader.ReadBytes(sizeof(ushort) * GammaPack.SegmentCount(destination.Length)));
                GammaUnpackAdd.Invoke(_team, norms, starts, reader.ReadBytes(starts[^1]), _grid, destination, scale);
                break;
            default:
                throw new PayloadException("Unknown code of levels.");
        }
    }

    // False if the code is not shorter than its room, or if a norm is not finite.
    private bool TryWriteElias(ReadOnlySpan<float> values, ulong key, Span<byte> norms, Span<byte> room, out int bytes, out long bits)
    {
        var segmentBits = _segmentBits.Take(GammaPack.SegmentCount(values.Length));
        int lengthBytes = sizeof(ushort) * segmentBits.Length;
        (bytes, bits) = (0, 0);
        if (lengthBytes >= room.Length)
        {
            return false;
        }

        long codeBytes = GammaPack.Invoke(_team, values, _grid, key, norms, segmentBits, room[lengthBytes..]);
        if (codeBytes < 0 || codeBytes + lengthBytes >= room.Length)
        {
            return false;
        }

        for (int i = 0; i < segmentBits.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(room[(sizeof(ushort) * i)..], (ushort)((segmentBits[i] + 7) / 8));
            bits += segmentBits[i];
        }

        bytes = lengthBytes + (int)codeBytes;
        return true;
    }

    private ReadOnlySpan<int> ReadStarts(ReadOnlySpan<byte> lengths)
    {
        var starts = _starts.Take((lengths.Length / sizeof(ushort)) + 1);
        starts[0] = 0;
        for (int i = 0; i < starts.Length - 1; i++)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(lengths[(sizeof(ushort) * i)..]);
            if (length > GammaPack.LargestSegment)
            {
                throw new PayloadException($"A segment of {length} bytes is longer than its levels can be.");
            }

            starts[i + 1] = checked(starts[i] + length);
        }

        return starts;
    }
}
