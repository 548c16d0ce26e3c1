using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>Neighbours in this process and on this device: tensors change hands.</summary>
/// <param name="stage">Whose link it is.</param>
/// <param name="table">Where all stages lay down what they send.</param>
public sealed class LocalLink(int stage, Dictionary<(int Receiver, StageMessage Message, int Unit), Tensor> table) : IStageLink
{
    public long ActivationBytes => 0;

    public long GradientBytes => 0;

    public void Send(StageMessage message, int unit, Tensor tensor) =>
        table.Add((stage + (message == StageMessage.Activation ? 1 : -1), message, unit), tensor);

    public Tensor Receive(StageMessage message, int unit, long[] shape)
    {
        if (!table.Remove((stage, message, unit), out var tensor))
        {
            throw new InvalidOperationException($"Stage {stage} comes to unit {unit} before its neighbour.");
        }

        return tensor;
    }
}
