using Compression.Core.Communication;
using Compression.Torch.Devices;
using Compression.Torch.Storage;

using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>Neighbours that are other ranks: messages without blocking, through the host.</summary>
/// <param name="replica">The stages of one replica, ordered by stage; stays its owner's.</param>
/// <param name="device">Where received tensors are wanted.</param>
/// <param name="describe">Names a stage, for messages of failure.</param>
public sealed class RankLink(ICommunicator replica, Device device, Func<int, string> describe) : IStageLink
{
    // Units of a batch are far fewer.
    private const int Tags = 8192;

    private readonly Queue<(IPendingExchange Exchange, TensorBytes Memory)> _sent = [];
    private readonly Dictionary<(StageMessage, int), (IPendingExchange Exchange, TensorBytes Memory)> _expected = [];

    public long ActivationBytes { get; private set; }

    public long GradientBytes { get; private set; }

    public void Send(StageMessage message, int unit, Tensor tensor)
    {
        var onHost = DeviceTransfer.ToHost(tensor).DetachFromDisposeScope();
        tensor.Dispose();
        var memory = new TensorBytes(onHost);
        bool forward = message == StageMessage.Activation;
        var exchange = replica.BeginSend(memory.Memory, replica.Rank + (forward ? 1 : -1), Tag(message, unit));
        _sent.Enqueue((exchange, memory));
        ActivationBytes += forward ? memory.Memory.Length : 0;
        GradientBytes += forward ? 0 : memory.Memory.Length;
        while (_sent.Count > 0 && _sent.Peek().Exchange.Poll())
        {
            Forget();
        }
    }

    public void Expect(StageMessage message, int unit, long[] shape)
    {
        if (!_expected.ContainsKey((message, unit)))
        {
            _expected[(message, unit)] = Begin(message, unit, shape);
        }
    }

    public Tensor Receive(StageMessage message, int unit, long[] shape)
    {
        if (!_expected.Remove((message, unit), out var pending))
        {
            pending = Begin(message, unit, shape);
        }

        Wait(pending.Exchange, () => $"waits for the {NameOf(message)} of unit {unit} from {describe(Sender(message))}");
        var onHost = pending.Memory.Tensor;
        var moved = DeviceTransfer.To(onHost, device).DetachFromDisposeScope();
        onHost.Dispose();
        return moved;
    }

    public void Drain(int most)
    {
        while (_sent.Count > most)
        {
            Wait(_sent.Peek().Exchange, () => "waits for its neighbours to take what it has sent");
            Forget();
        }
    }

    private static int Tag(StageMessage message, int unit) => ((int)message * Tags) + unit;

    private static string NameOf(StageMessage message) => message == StageMessage.Activation ? "activations" : "gradients";

    private int Sender(StageMessage message) => replica.Rank + (message == StageMessage.Activation ? -1 : 1);

    private (IPendingExchange Exchange, TensorBytes Memory) Begin(StageMessage message, int unit, long[] shape)
    {
        var memory = new TensorBytes(empty(shape, ScalarType.Float32).DetachFromDisposeScope());
        return (replica.BeginReceive(memory.Memory, Sender(message), Tag(message, unit)), memory);
    }

    private void Forget()
    {
        using IDisposable memory = _sent.Dequeue().Memory;
    }

    private static void Wait(IPendingExchange exchange, Func<string> what)
    {
        try
        {
            exchange.Wait();
        }
        catch (CommunicationException failure)
        {
            throw new CommunicationException($"{what()}: {failure.Message}", failure);
        }
    }
}
