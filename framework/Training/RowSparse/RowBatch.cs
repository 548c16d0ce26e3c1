using Compression.Torch.Devices;
using Compression.Torch.Storage;

using static TorchSharp.torch;

namespace Compression.Training.RowSparse;

/// <summary>The rows of one table that one worker's batch needs: each once, numbered from 0, with their values and afterwards their gradients.</summary>
public sealed class RowBatch : IDisposable
{
    private readonly RowTable _table;
    private readonly int[] _numbers;
    private readonly int[] _rows;
    private readonly int[] _ascending;
    private readonly int[] _numbersAscending;
    private readonly Tensor _room;
    private readonly TensorMemory _roomMemory;
    private Tensor? _leaf;
    private Tensor? _gradient;
    private TensorMemory? _gradientMemory;

    /// <param name="table">Of the rows.</param>
    /// <param name="capacity">Most rows of a batch.</param>
    public RowBatch(RowTable table, int capacity)
    {
        _table = table;
        capacity = Math.Min(capacity, table.Partition.Rows);
        _numbers = new int[table.Partition.Rows];
        Array.Fill(_numbers, -1);
        _rows = new int[capacity];
        _ascending = new int[capacity];
        _numbersAscending = new int[capacity];
        _room = zeros(capacity, table.Width).DetachFromDisposeScope();
        _roomMemory = new TensorMemory(_room);
    }

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>The rows by their numbers here.</summary>
    public ReadOnlyMemory<int> Rows => _rows.AsMemory(0, Count);

    /// <summary>The rows, ascending; after <see cref="Seal"/>.</summary>
    public ReadOnlySpan<int> Ascending => _ascending.AsSpan(0, Count);

    /// <summary>The number here of each of <see cref="Ascending"/>.</summary>
    public ReadOnlySpan<int> NumbersAscending => _numbersAscending.AsSpan(0, Count);

    /// <summary>Room for the values, by number.</summary>
    public Memory<float> Values => _roomMemory.Memory[..(Count * _table.Width)];

    /// <summary>The values as a leaf of the graph, [Count, width].</summary>
    public Tensor Leaf => _leaf!;

    /// <summary>The gradients, by number; after <see cref="TakeGradient"/>.</summary>
    public Span<float> Gradients => _gradientMemory!.GetSpan();

    /// <summary>Forgets the last batch.</summary>
    public void Clear()
    {
        foreach (int row in Rows.Span)
        {
            _numbers[row] = -1;
        }

        Count = 0;
        Release();
    }

    /// <summary>Takes a row in, if it is not here.</summary>
    /// <returns>Its number.</returns>
    public int Add(int row)
    {
        ref int number = ref _numbers[row];
        if (number < 0)
        {
            number = Count;
            _rows[Count++] = row;
        }

        return number;
    }

    /// <summary>No more rows come: sorts them.</summary>
    public void Seal()
    {
        Rows.Span.CopyTo(_ascending);
        for (int number = 0; number < Count; number++)
        {
            _numbersAscending[number] = number;
        }

        _ascending.AsSpan(0, Count).Sort(_numbersAscending.AsSpan(0, Count));
    }

    /// <summary>Takes the values from the table, where this process holds all of these rows.</summary>
    public void Fill() => _table.Gather(Rows, Values);

    /// <summary>Makes the values, which are here now, a leaf that gathers a gradient.</summary>
    /// <param name="device">Where the model computes.</param>
    public void MakeLeaf(Device device) =>
        _leaf = DeviceTransfer.To(_room.narrow(0, 0, Count), device).detach().requires_grad_().DetachFromDisposeScope();

    /// <summary>Takes the gradient from the leaf after the backward pass, times a factor.</summary>
    public void TakeGradient(double factor)
    {
        using var noGradient = no_grad();
        _gradient = DeviceTransfer.ToHost(_leaf!.grad!).DetachFromDisposeScope();
        if (factor != 1)
        {
            _gradient.mul_((float)factor);
        }

        _gradientMemory = new TensorMemory(_gradient);
    }

    public void Dispose()
    {
        Release();
        _room.Dispose();
    }

    private void Release()
    {
        _leaf?.Dispose();
        _gradient?.Dispose();
        (_leaf, _gradient, _gradientMemory) = (null, null, null);
    }
}
