using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>Where the stages of one process, each on a thread of its own, lay down what they send each other.</summary>
public sealed class StageMailbox
{
    private readonly Dictionary<(int Receiver, StageMessage Message, int Unit), Tensor> _tensors = [];
    private readonly object _gate = new();
    private bool _isClosed;

    /// <summary>Lays a tensor down, which becomes the receiver's.</summary>
    public void Put(int receiver, StageMessage message, int unit, Tensor tensor)
    {
        lock (_gate)
        {
            _tensors.Add((receiver, message, unit), tensor);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a tensor.</summary>
    /// <exception cref="OperationCanceledException">It will not come.</exception>
    public Tensor Take(int receiver, StageMessage message, int unit)
    {
        lock (_gate)
        {
            Tensor? tensor;
            while (!_tensors.Remove((receiver, message, unit), out tensor))
            {
                if (_isClosed)
                {
                    throw new OperationCanceledException("A stage has failed.");
                }

                Monitor.Wait(_gate);
            }

            return tensor;
        }
    }

    /// <summary>Nothing more comes: a stage has failed.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
