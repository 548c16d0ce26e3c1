using Compression.Core.Contracts;
using Compression.Torch.Devices;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.LocalSgd;

/// <summary>
/// The weights of a training whose workers take steps of their own and meet now and then: the shared weights θ, and of each worker of this process
/// its own θ_r. The model holds one of them at a time.
/// </summary>
public sealed class LocalWeights : IDisposable
{
    private const int Shared = -1;

    private readonly FlatModel _model;
    private readonly Tensor _shared;
    private readonly Tensor[] _own;
    private int _here = Shared;

    /// <param name="model">What is trained.</param>
    /// <param name="workers">Workers of this process.</param>
    public LocalWeights(FlatModel model, int workers)
    {
        _model = model;
        Tensor Room() => zeros_like(model.FlatParameters).DetachFromDisposeScope();
        _shared = Room();
        _own = [.. Enumerable.Range(0, workers).Select(_ => Room())];
    }

    /// <summary>θ, [d]; changed in place before <see cref="Share"/>.</summary>
    public Tensor SharedWeights => _shared;

    /// <summary>Takes the model's weights, which are the same on all ranks, for the shared ones.</summary>
    public void TakeShared()
    {
        DeviceTransfer.Copy(_shared, _model.FlatParameters);
        _here = Shared;
    }

    /// <summary>All workers go on from the shared weights.</summary>
    public void Share()
    {
        foreach (var weights in _own)
        {
            DeviceTransfer.Copy(weights, _shared);
        }

        _here = Shared;
        Load(_shared);
    }

    /// <summary>Puts a worker's weights into the model, in which it goes on to change them.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    public void Enter(int worker) => Put(worker, _own[worker]);

    /// <summary>Puts the shared weights into the model, to be evaluated or written.</summary>
    public void EnterShared() => Put(Shared, _shared);

    /// <summary>Leaves θ − θ_r of the worker whose weights the model holds in the place of its gradient.</summary>
    public void WriteDifference()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _model.FlatGradients.copy_(_shared).sub_(_model.FlatParameters);
    }

    /// <summary>Writes the workers' weights; the shared weights are the model's file.</summary>
    public void Save(IStateWriter writer)
    {
        Store();
        for (int worker = 0; worker < _own.Length; worker++)
        {
            string name = NameOf(worker);
            DeviceTransfer.Show(_own[worker], values => writer.Write(name, values));
        }
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        for (int worker = 0; worker < _own.Length; worker++)
        {
            string name = NameOf(worker);
            DeviceTransfer.Fill(_own[worker], values => reader.Read(name, values));
        }
    }

    public void Dispose()
    {
        foreach (var weights in _own)
        {
            weights.Dispose();
        }

        _shared.Dispose();
    }

    private static string NameOf(int worker) => FormattableString.Invariant($"local/worker-{worker}");

    private void Put(int who, Tensor weights)
    {
        if (_here != who)
        {
            Store();
            _here = who;
            Load(weights);
        }
    }

    private void Store()
    {
        if (_here != Shared)
        {
            DeviceTransfer.Copy(_own[_here], _model.FlatParameters);
        }
    }

    private void Load(Tensor weights)
    {
        DeviceTransfer.Copy(_model.FlatParameters, weights);
        _model.RoundParameters();
    }
}
