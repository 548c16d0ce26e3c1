using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Training.Ptb;

/// <summary>The tensors that batches of token ids are filled into, reused from step to step.</summary>
public sealed class TokenBatch : IDisposable
{
    private readonly ColumnBatches _batches;
    private readonly Device _device;
    private readonly Tensor _input;
    private readonly Tensor _target;

    /// <param name="batches">Where the ids come from.</param>
    /// <param name="device">Where the model computes.</param>
    public TokenBatch(ColumnBatches batches, Device device)
    {
        _batches = batches;
        _device = device;
        _input = zeros(batches.MaxBatchElements, ScalarType.Int64).DetachFromDisposeScope();
        _target = zeros(batches.MaxBatchElements, ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary>Fills in one step's batch; the tensors belong to the current dispose scope.</summary>
    /// <returns>Input [T, B] and target [T·B].</returns>
    public (Tensor Input, Tensor Target) Fill(int step)
    {
        int timeSteps = _batches.Fill(step, MemoryMarshal.Cast<byte, long>(_input.bytes), MemoryMarshal.Cast<byte, long>(_target.bytes));
        long count = (long)timeSteps * _batches.Columns;
        var input = _input.narrow(0, 0, count).view(timeSteps, _batches.Columns);
        var target = _target.narrow(0, 0, count);
        return (input.to(_device), target.to(_device));
    }

    public void Dispose()
    {
        _input.Dispose();
        _target.Dispose();
    }
}
