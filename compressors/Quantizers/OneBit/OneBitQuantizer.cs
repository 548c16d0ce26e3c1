using System.Runtime.InteropServices;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.OneBit;

/// <summary>
/// Sends 1 bit a value, whether it is below 0, and for each column of a matrix two reconstruction values: the mean of its values below 0 and
/// that of all others, which minimise the squared error (Seide et al. 2014, "1-bit stochastic gradient descent and its application to
/// data-parallel distributed training of speech DNNs", section 3).
/// </summary>
/// <remarks>
/// A column is an index in a slot's last dimension; all other dimensions are rows. A vector, and the values that a sparsifier chose, are one
/// column. On the wire: the means of all columns for bit 0, those for bit 1, the bits. The mean of no values is written as 0.
/// </remarks>
[Algorithm(
    "onebit", AlgorithmRole.Quantizer, "1-bit SGD, Seide et al. 2014",
    DiffersFromPaper = "sums are not quantized a second time, unless --exchange reducescatter does it")]
public sealed class OneBitQuantizer : IQuantizer
{
    private readonly ThreadTeam _team;
    private readonly Scratch<double> _sums = new();
    private readonly Scratch<int> _counts = new();
    private readonly Scratch<float> _means = new();

    /// <param name="context">Threads.</param>
    public OneBitQuantizer(ComponentContext context) => _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        int columns = ColumnsOf(values.Length, slot), rows = values.Length / columns;
        int meansLength = checked(2 * columns * sizeof(float)), length = checked(meansLength + BitBytes(values.Length));
        var room = writer.Append(length);
        var others = _sums.Take(2 * columns)[..columns];
        var negatives = _sums.Take(2 * columns)[columns..];
        var negativeCounts = _counts.Take(columns);
        ColumnSignPack.Invoke(_team, values, columns, room[meansLength..], others, negatives, negativeCounts);

        var means = _means.Take(2 * columns);
        bool isFinite = true;
        for (int column = 0; column < columns; column++)
        {
            means[column] = (float)(others[column] / Math.Max(1, rows - negativeCounts[column]));
            means[columns + column] = (float)(negatives[column] / Math.Max(1, negativeCounts[column]));
            isFinite &= float.IsFinite(means[column]) && float.IsFinite(means[columns + column]);
        }

        if (!isFinite)
        {
            writer.Trim(length);
            throw new NonFiniteGradientException(slot, "the mean of a column is not finite; lower the learning rate or clip the gradient.");
        }

        MemoryMarshal.AsBytes(means).CopyTo(room);
        writer.CountBits(nominalBits: values.Length + (64.0 * columns), floorBits: values.Length + (64.0 * columns));
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        int columns = ColumnsOf(destination.Length, slot);
        var means = _means.Take(2 * columns);
        reader.ReadBytes(checked(sizeof(float) * means.Length)).CopyTo(MemoryMarshal.AsBytes(means));
        foreach (float mean in means)
        {
            if (!float.IsFinite(mean))
            {
                throw new PayloadException("The mean of a column is not finite.");
            }
        }

        ColumnSignUnpackAdd.Invoke(_team, reader.ReadBytes(BitBytes(destination.Length)), means[..columns], means[columns..], destination, scale);
    }

    private static int ColumnsOf(int values, ParameterSlot slot) =>
        values == slot.Length && slot.Shape.Length >= 2 ? (int)slot.Shape[^1] : 1;

    private static int BitBytes(int values) => (int)(((long)values + 7) / 8);
}
