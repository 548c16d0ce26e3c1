using System.Collections.Immutable;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Autograd;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;
using Compression.Training.Sessions;
using static TorchSharp.torch;

namespace Compression.Training.Models;

/// <summary>
/// A language model with its optimizer, and for each worker of this process columns of the text that carry a state on. Workers share the
/// parameters, which are equal on all of them by construction.
/// </summary>
/// <typeparam name="TModule">The model.</typeparam>
public abstract class ColumnLearner<TModule> : ITrainableModel
    where TModule : nn.Module
{
    private readonly ClipRule _clip;
    private readonly MicroBatchGradients? _microBatches;
    private readonly LossScaler? _scaler;
    private readonly List<IFlatOptimizer> _optimizers = [];
    private GradientReady? _gradientReady;

    /// <param name="module">Initialized, and on its device; becomes this object's.</param>
    /// <param name="clip">Limits gradients.</param>
    /// <param name="microBatches">Parts into which each worker's batch is split to see second moments; 0 for none.</param>
    /// <param name="team">Threads of kernels.</param>
    /// <param name="scaler">Scales the loss that is differentiated; null for none.</param>
    /// <param name="rounding">The type to which the weights are rounded that the module computes with; null for none.</param>
    protected ColumnLearner(
        TModule module, ClipRule clip, int microBatches, ThreadTeam team, LossScaler? scaler = null, ScalarType? rounding = null)
    {
        Module = module;
        _clip = clip;
        _scaler = scaler;
        Storage = new FlatModel(module, withSquares: microBatches > 0, rounding);
        _microBatches = microBatches > 0 ? new MicroBatchGradients(team, Storage.Bucket) : null;
    }

    public FlatModel Storage { get; }

    public abstract int StepsPerEpoch { get; }

    /// <summary>The model.</summary>
    protected TModule Module { get; }

    /// <summary>Of each worker of this process, the parts in which its batch is computed.</summary>
    protected abstract ImmutableArray<ImmutableArray<IColumns>> Workers { get; }

    public abstract int TargetsOf(int position);

    public IFlatOptimizer? Optimizer => _optimizers[0];

    public void SeparateOptimizers() => UseOptimizers(Workers.Length);

    public void ReportReady(Action<int> ready) => _gradientReady = Storage.WhenReady(slot =>
    {
        Storage.BeginDownload(slot);
        ready(slot);
    });

    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey)
    {
        using var scope = NewDisposeScope();
        if (position == 0)
        {
            ResetState(worker);
        }

        // Dropout depends on the key alone, so that a resumed run and virtual workers draw the same masks.
        manual_seed((long)(randomKey >> 1));
        Module.train();
        double loss = _microBatches is null ? PassWhole(Workers[worker], position) : PassMicroBatches(Workers[worker], _microBatches, position);
        if (_gradientReady is not null)
        {
            // The exchange is under way: what lies in the bucket is no longer this worker's.
            _gradientReady.AfterBackward();
            return (loss, 0);
        }

        if (_scaler is not null)
        {
            Storage.ScaleGradients(1 / _scaler.Scale);
            _microBatches?.ScaleSquares((float)(1 / _scaler.Scale));
        }

        var (norm, factor) = Storage.ClipNorm(_clip.IsLocal ? _clip.MaxNorm : 0);
        _microBatches?.ScaleSquares(factor);
        return (loss, norm);
    }

    public void ResetState(int worker)
    {
        foreach (var part in Workers[worker])
        {
            part.Reset();
        }
    }

    public string? TryAvoidOverflow() => _scaler is not null && _scaler.TryLower()
        ? FormattableString.Invariant($"the loss scale falls to {_scaler.Scale:G9}")
        : null;

    public virtual void Apply(double learningRate, int worker = 0, Action<double>? step = null)
    {
        if (_clip.Scope == ClipScope.Aggregated)
        {
            Storage.ClipNorm(_clip.MaxNorm);
            Storage.DownloadGradients();
        }

        (step ?? _optimizers[worker].Step)(learningRate);
        _scaler?.Succeeded();
    }

    public virtual void Save(IStateWriter writer)
    {
        ForEachOptimizer((optimizer, prefix) => optimizer.Save(new PrefixedState(prefix, writer)));
        _scaler?.Save(writer);
        ForEachPart((part, prefix) => part.Save(writer, prefix));
    }

    public virtual void Load(IStateReader reader)
    {
        ForEachOptimizer((optimizer, prefix) => optimizer.Load(new PrefixedState(prefix, reader: reader)));
        _scaler?.Load(reader);
        ForEachPart((part, prefix) => part.Load(reader, prefix));
    }

    public void Dispose()
    {
        ForEachPart((part, _) => part.Dispose());
        _gradientReady?.Dispose();
        ForEachOptimizer(static (optimizer, _) => optimizer.Dispose());
        Storage.Dispose();
        Module.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes an optimizer of the parameters.</summary>
    protected abstract IFlatOptimizer CreateOptimizer();

    /// <summary>Makes sure that there are so many optimizers; derived classes call it for the first.</summary>
    protected void UseOptimizers(int count)
    {
        while (_optimizers.Count < count)
        {
            _optimizers.Add(CreateOptimizer());
        }
    }

    // Parts add their gradients up in place; each counts by its share of the columns.
    private double PassWhole(ImmutableArray<IColumns> parts, int position)
    {
        Storage.ZeroGradients();
        double loss = 0, scale = _scaler?.Scale ?? 1;
        foreach (var part in parts)
        {
            using var scope = NewDisposeScope();
            loss += part.Share * part.Backward(position, part.Share * scale);
        }

        return loss;
    }

    private double PassMicroBatches(ImmutableArray<IColumns> parts, MicroBatchGradients microBatches, int position)
    {
        microBatches.Begin();
        double loss = 0, scale = _scaler?.Scale ?? 1;
        foreach (var part in parts)
        {
            using var scope = NewDisposeScope();
            Storage.ZeroGradients();
            loss += part.Share * part.Backward(position, scale);
            Storage.DownloadGradients();
            microBatches.Add((float)part.Share);
        }

        microBatches.End();
        Storage.UploadGradients();
        return loss;
    }

    private void ForEachOptimizer(Action<IFlatOptimizer, string> action)
    {
        for (int worker = 0; worker < _optimizers.Count; worker++)
        {
            action(_optimizers[worker], worker == 0 ? "" : $"worker-{worker}/");
        }
    }

    private void ForEachPart(Action<IColumns, string> action)
    {
        for (int worker = 0; worker < Workers.Length; worker++)
        {
            for (int part = 0; part < Workers[worker].Length; part++)
            {
                action(Workers[worker][part], $"worker-{worker}/part-{part}/");
            }
        }
    }
}
