using Compression.Torch.Devices;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>Neighbours that are threads of this process, each on a device of its own: tensors go from device to device.</summary>
/// <param name="stage">Whose link it is.</param>
/// <param name="device">Where received tensors are wanted.</param>
/// <param name="mailbox">Of all stages.</param>
public sealed class ThreadLink(int stage, Device device, StageMailbox mailbox) : IStageLink
{
    public long ActivationBytes { get; private set; }

    public long GradientBytes { get; private set; }

    public void Send(StageMessage message, int unit, Tensor tensor)
    {
        bool forward = message == StageMessage.Activation;
        long bytes = tensor.numel() * sizeof(float);
        ActivationBytes += forward ? bytes : 0;
        GradientBytes += forward ? 0 : bytes;
        mailbox.Put(stage + (forward ? 1 : -1), message, unit, tensor);
    }

    public Tensor Receive(StageMessage message, int unit, long[] shape)
    {
        var tensor = mailbox.Take(stage, message, unit);
        var moved = DeviceTransfer.To(tensor, device).DetachFromDisposeScope();
        tensor.Dispose();
        return moved;
    }
}
