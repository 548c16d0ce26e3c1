using Compression.Core.Contracts;
using Compression.Torch.Devices;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.LocalSgd;

/// <summary>
/// The weights of a training whose workers take steps of their own and meet now and then: the shared weights θ, and of each worker of this process
/// its own θ_r. The model holds one of them at a time. What a worker sends when all meet is θ − θ_r, in the place of its gradient.
/// </summary>
public sealed class LocalWeights : IDisposable
{
    private const int Shared = -1;

    private readonly FlatModel _model;
    private readonly Tensor _shared;
    private readonly Tensor[] _own;
    private readonly OuterOptimizer _outer;
    private int _here = Shared;
    private bool _loaded;

    /// <param name="model">What is trained.</param>
    /// <param name="workers">Workers of this process.</param>
    /// <param name="rate">Of the outer optimizer.</param>
    /// <param name="momentum">Of the outer optimizer; 0 for none.</param>
    /// <param name="nesterov">Its form.</param>
    public LocalWeights(FlatModel model, int workers, double rate, double momentum, bool nesterov)
    {
        _model = model;
        Tensor Room() => zeros_like(model.FlatParameters).DetachFromDisposeScope();
        _shared = Room();
        _own = [.. Enumerable.Range(0, workers).Select(_ => Room())];
        _outer = new OuterOptimizer(_shared, rate, momentum, nesterov);
    }

    /// <summary>Takes the model's weights for the shared ones, and for all workers' that were not read from a checkpoint. All ranks hold the same.</summary>
    public void Begin()
    {
        DeviceTransfer.Copy(_shared, _model.FlatParameters);
        if (!_loaded)
        {
            Share();
        }
    }

    /// <summary>Puts a worker's weights into the model, in which it goes on to change them.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    public void Enter(int worker) => Put(worker, _own[worker]);

    /// <summary>Puts the shared weights into the model, to be evaluated or written.</summary>
    public void EnterShared() => Put(Shared, _shared);

    /// <summary>Leaves θ − θ_r of the worker whose weights the model holds in the bucket, in the place of its gradient.</summary>
    public void WriteDifference()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _model.FlatGradients.copy_(_shared).sub_(_model.FlatParameters);
        _model.DownloadGradients();
    }

    /// <summary>Moves the shared weights by the mean that lies in the bucket; all workers go on from there.</summary>
    public void Meet()
    {
        _model.UploadGradients();
        _outer.Step(_model.FlatGradients);
        Share();
        _here = Shared;
        Load(_shared);
    }

    /// <summary>Writes the workers' weights and what the outer optimizer keeps; the shared weights are the model's file.</summary>
    public void Save(IStateWriter writer)
    {
        Store();
        for (int worker = 0; worker < _own.Length; worker++)
        {
            string name = NameOf(worker);
            DeviceTransfer.Show(_own[worker], values => writer.Write(name, values));
        }

        _outer.Save(writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        for (int worker = 0; worker < _own.Length; worker++)
        {
            string name = NameOf(worker);
            DeviceTransfer.Fill(_own[worker], values => reader.Read(name, values));
        }

        _outer.Load(reader);
        _loaded = true;
    }

    public void Dispose()
    {
        foreach (var weights in _own)
        {
            weights.Dispose();
        }

        _outer.Dispose();
        _shared.Dispose();
    }

    private static string NameOf(int worker) => FormattableString.Invariant($"local/worker-{worker}");

    private void Share()
    {
        foreach (var weights in _own)
        {
            DeviceTransfer.Copy(weights, _shared);
        }
    }

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
