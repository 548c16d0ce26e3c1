using System.Runtime.InteropServices;
using Compression.Torch.Devices;
using static TorchSharp.torch;

namespace Compression.Training.Ptb;

/// <summary>The tensors that batches of token ids are filled into, reused from step to step.</summary>
/// <param name="batches">Where the ids come from.</param>
/// <param name="device">Where the model computes.</param>
public sealed class TokenBatch(ColumnBatches batches, Device device) : IDisposable
{
    private readonly Tensor _input = zeros(batches.MaxBatchElements, ScalarType.Int64).DetachFromDisposeScope();
    private readonly Tensor _target = zeros(batches.MaxBatchElements, ScalarType.Int64).DetachFromDisposeScope();

    /// <summary>Fills in one step's batch; the tensors belong to the current dispose scope.</summary>
    /// <returns>Input [T, B] and target [T·B].</returns>
    public (Tensor Input, Tensor Target) Fill(int step)
    {
        int timeSteps = batches.Fill(step, MemoryMarshal.Cast<byte, long>(_input.bytes), MemoryMarshal.Cast<byte, long>(_target.bytes));
        long count = (long)timeSteps * batches.Columns;
        var input = _input.narrow(0, 0, count).view(timeSteps, batches.Columns);
        var target = _target.narrow(0, 0, count);
        return (DeviceTransfer.To(input, device), DeviceTransfer.To(target, device));
    }

    public void Dispose()
    {
        _input.Dispose();
        _target.Dispose();
    }
}
