using System.Buffers.Binary;
using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Pipeline;

namespace Compression.Compressors.Quantizers;

/// <summary>
/// Sends sign(v)·norm·ℓ/s, ℓ = ⌊s·|v|/norm + u⌋ with u uniform in [0, 1): unbiased, and at most norm/s from v
/// (QSGD; Alistarh et al. 2017, "QSGD: communication-efficient SGD via gradient quantization and encoding", section 3.1; buckets as in
/// section 4). The norm is one float32 a bucket.
/// </summary>
/// <remarks>
/// The paper codes ℓ by Elias' omega code of run lengths and levels; here every level has its own gamma code
/// (<see cref="SignedGamma"/>), which is no longer for the levels that occur and can be read by table.
/// On the wire: the coding, the norms, then either the levels plus s in <see cref="BitPlanes"/>, or the lengths of the segments of
/// <see cref="GammaPack"/>, 2 bytes each, and the segments.
/// </remarks>
[Algorithm("qsgd", AlgorithmRole.Quantizer, "Alistarh et al. 2017")]
public sealed class QsgdQuantizer : IQuantizer
{
    private const byte PackedCode = 0;
    private const byte EliasCode = 1;

    private readonly LevelGrid _grid;
    private readonly QsgdCoding _coding;
    private readonly KernelTeam _team;
    private readonly Scratch<int> _gammaBits = new();
    private readonly Scratch<int> _starts = new();

    /// <param name="options">Levels, buckets, norm and coding.</param>
    /// <param name="context">Threads.</param>
    public QsgdQuantizer(QsgdOptions options, ComponentContext context)
    {
        _grid = new LevelGrid(
            options.Levels, int.Parse(options.Bucket, CultureInfo.InvariantCulture), options.Norm == QsgdNorm.Two, IsStochastic: true);
        _coding = options.Coding;
        _team = context.Team;
    }

    /// <inheritdoc/>
    public bool IsUnbiased => true;

    /// <inheritdoc/>
    public bool IsLossless => false;

    /// <inheritdoc/>
    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        int normBytes = sizeof(float) * _grid.BucketCount(values.Length), planeBytes = BitPlanes.ByteCount(values.Length, _grid.Bits);
        ulong key = RandomKey.Mix(step.Seed, step.Rank, step.Step, slot.Key, RandomPurpose.Rounding);
        var gammaBits = _coding == QsgdCoding.Packed ? [] : _gammaBits.Take(GammaPack.SegmentCount(values.Length));
        var room = writer.Append(1 + normBytes + planeBytes);
        room[0] = PackedCode;
        if (!LevelPack.Invoke(_team, values, _grid, key, room.Slice(1, normBytes), room[(1 + normBytes)..], gammaBits))
        {
            writer.Trim(room.Length);
            throw new NonFiniteGradientException(slot, "the norm of a bucket is not finite; lower the learning rate or clip the gradient.");
        }

        double nominal = (32.0 * normBytes / sizeof(float)) + ((double)_grid.Bits * values.Length);
        double floor = nominal;
        if (_coding != QsgdCoding.Packed)
        {
            long total = SumOf(gammaBits);
            if (_coding == QsgdCoding.Elias || (total / 8) + (sizeof(ushort) * (long)gammaBits.Length) < planeBytes)
            {
                WriteElias(writer, values.Length, 1 + normBytes, planeBytes, gammaBits);
                floor = (32.0 * normBytes / sizeof(float)) + total;
            }
        }

        writer.Book(nominal, floor);
    }

    /// <inheritdoc/>
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

    // The planes stand where the Elias code is to stand: it is written behind them, then moved to their place.
    private void WriteElias(PayloadWriter writer, int count, int header, int planeBytes, ReadOnlySpan<int> gammaBits)
    {
        var starts = _starts.Take(gammaBits.Length + 1);
        starts[0] = 0;
        for (int i = 0; i < gammaBits.Length; i++)
        {
            starts[i + 1] = checked(starts[i] + ((gammaBits[i] + 7) / 8));
        }

        int lengthBytes = sizeof(ushort) * gammaBits.Length, codeBytes = lengthBytes + starts[^1];
        writer.Append(codeBytes);
        var room = writer.Written[^(header + planeBytes + codeBytes)..];
        var code = room[(header + planeBytes)..];
        for (int i = 0; i < gammaBits.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(code[(sizeof(ushort) * i)..], (ushort)(starts[i + 1] - starts[i]));
        }

        GammaPack.Invoke(_team, room.Slice(header, planeBytes), _grid, count, starts, code[lengthBytes..]);
        room[0] = EliasCode;
        if (codeBytes <= planeBytes)
        {
            CopyBytes.Invoke(_team, code, room.Slice(header, codeBytes));
        }
        else
        {
            code.CopyTo(room[header..]);
        }

        writer.Trim(planeBytes);
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

    private static long SumOf(ReadOnlySpan<int> values)
    {
        long sum = 0;
        foreach (int value in values)
        {
            sum += value;
        }

        return sum;
    }
}
