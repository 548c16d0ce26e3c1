using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Torch.Fused;
using Compression.Training.Recurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>
/// The forward and backward pass of one stage, unit by unit. Between the two passes of a unit its activations are kept. Losses, gradients and
/// dropout masks are those of the whole model on the whole batch: masks by counter, weights shared, padding without a loss.
/// Axes: T time, B columns, H hidden, V vocabulary; of a unit.
/// </summary>
/// <param name="module">Holds the stage's parameters, and perhaps those of others.</param>
/// <param name="held">What the module holds.</param>
/// <param name="range">The stage.</param>
/// <param name="sizes">Of the whole model.</param>
/// <param name="device">Where it computes; the module's.</param>
/// <param name="team">Threads of kernels.</param>
public sealed class StageComputation(
    StageModule module, StageRange held, StageRange range, RecurrentModelOptions sizes, Device device, ThreadTeam team) : IDisposable
{
    private readonly Device _device = device;
    private readonly int _firstOfModule = held.FirstLayer;
    private StageBatch? _batch;
    private UnitGraph?[] _graphs = [];

    /// <summary>Its place.</summary>
    public StageRange Range => range;

    /// <summary>Sum of nats since <see cref="Begin"/>; 0 on all stages but the last.</summary>
    public double Nats { get; private set; }

    /// <summary>Shape of what travels for a unit in either direction, [T, B, H].</summary>
    public long[] MessageShape(int unit) => [_batch!.Units[unit].Steps, _batch.Units[unit].Columns, sizes.HiddenSize];

    /// <summary>Begins a batch.</summary>
    public void Begin(StageBatch batch)
    {
        Clear();
        _batch = batch;
        _graphs = new UnitGraph?[batch.Units.Length];
        Nats = 0;
    }

    /// <summary>The forward pass of a unit.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="incoming">What the stage before has sent, [T, B, H], which becomes this stage's; null on the first.</param>
    /// <param name="keep">Whether a backward pass will follow.</param>
    /// <returns>What the next stage needs, [T, B, H], the caller's to dispose of; null on the last.</returns>
    public Tensor? Forward(int index, Tensor? incoming, bool keep)
    {
        using var scope = NewDisposeScope();
        using var mode = keep ? null : no_grad();
        var unit = _batch!.Units[index];
        var graph = new UnitGraph { Incoming = incoming };
        _graphs[index] = graph;
        var x = incoming?.requires_grad_(keep);
        x ??= Drop(FusedEmbedding.Rows(module.Encoder!, DeviceTransfer.To(_batch.InputOf(unit), _device), GradientPath.IntoGrad), unit, site: 0);
        var before = unit.ContinuesState ? _graphs[index - 1] : null;
        for (int layer = range.FirstLayer; layer < range.EndLayer; layer++)
        {
            int place = layer - range.FirstLayer;
            var h0 = before is null ? zeros(unit.Columns, sizes.HiddenSize, device: _device) : graph.Keep(before.States[place].H.detach().requires_grad_(keep));
            var c0 = before is null ? zeros(unit.Columns, sizes.HiddenSize, device: _device) : graph.Keep(before.States[place].C.detach().requires_grad_(keep));
            var (y, h, c) = FusedLstm.Run(x, h0, c0, module.Layers[layer - _firstOfModule], GradientPath.IntoGrad);
            graph.Starts.Add((h0, c0));
            graph.States.Add((graph.Keep(h), graph.Keep(c)));
            x = Drop(y, unit, layer + 1);
        }

        if (range.IsLast)
        {
            Predict(x, unit, graph, keep);
        }

        if (!keep && before is not null)
        {
            before.Dispose();
        }

        if (range.IsLast)
        {
            return null;
        }

        graph.Outgoing = keep ? graph.Keep(x) : null;
        return x.detach().contiguous().DetachFromDisposeScope();
    }

    /// <summary>The backward pass of a unit, after those of the units that go on from its state; adds to the parameters' gradients.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="gradient">Of what <see cref="Forward"/> returned; null on the last stage.</param>
    /// <returns>The gradient of what came in, the caller's to dispose of; null on the first stage.</returns>
    public Tensor? Backward(int index, Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        var graph = _graphs[index]!;
        var roots = new List<Tensor>();
        var gradients = new List<Tensor>();
        void Add(Tensor root, Tensor? of)
        {
            if (of is not null)
            {
                roots.Add(root);
                gradients.Add(of);
            }
        }

        if (graph.Loss is { } loss)
        {
            Add(loss, full(Array.Empty<long>(), (float)(_batch!.Weight * graph.Targets), device: _device));
        }
        else if (graph.Outgoing is { } outgoing)
        {
            Add(outgoing, gradient);
        }

        var next = index + 1 < _graphs.Length && _batch!.Units[index + 1].ContinuesState ? _graphs[index + 1] : null;
        for (int place = 0; next is not null && place < range.Layers; place++)
        {
            Add(graph.States[place].H, next.Starts[place].H.grad);
            Add(graph.States[place].C, next.Starts[place].C.grad);
        }

        if (roots.Count > 0)
        {
            BackwardPass.Run(roots, gradients);
        }

        next?.Dispose();
        var result = graph.Incoming is { } incoming ? (incoming.grad ?? zeros_like(incoming)).DetachFromDisposeScope() : null;
        graph.Release();
        if (!_batch!.Units[index].ContinuesState)
        {
            graph.Dispose();
        }

        return result;
    }

    /// <summary>Waits until the device has done what it was given, so that time can be measured.</summary>
    public void FinishDevice() => DeviceTransfer.Finish(_device);

    /// <summary>Forgets the batch in progress.</summary>
    public void Clear()
    {
        foreach (var graph in _graphs)
        {
            graph?.Dispose();
        }

        _graphs = [];
    }

    public void Dispose() => Clear();

    private void Predict(Tensor x, StageUnit unit, UnitGraph graph, bool keep)
    {
        var (rows, ids) = _batch!.TargetsOf(unit);
        if (rows.Length == 0)
        {
            return;
        }

        // Only rows with a target reach the decoder: padding costs nothing there and can contribute nothing.
        var hidden_NH = x.flatten(0, 1);
        hidden_NH = rows.Length == unit.Positions ? hidden_NH : DeviceOperators.Rows(hidden_NH, DeviceTransfer.To(torch.tensor(rows), _device));
        var target_N = DeviceTransfer.To(torch.tensor(ids), _device);
        if (!keep)
        {
            Nats += FusedCrossEntropy.SumOfNats(hidden_NH, module.DecoderWeight!, module.DecoderBias!, target_N);
            return;
        }

        var mean = FusedCrossEntropy.Mean(hidden_NH, module.DecoderWeight!, module.DecoderBias!, target_N, GradientPath.IntoGrad);
        Nats += DeviceTransfer.Read(mean) * rows.Length;
        graph.Loss = graph.Keep(mean);
        graph.Targets = rows.Length;
    }

    private Tensor Drop(Tensor x, StageUnit unit, int site)
    {
        if (_batch!.DropoutKey is not { } key || sizes.Dropout == 0)
        {
            return x;
        }

        int width = (int)x.shape[^1];
        var mask = empty(unit.Steps, unit.Columns, width);
        DropoutMask.Invoke(
            team, RandomKey.Mix(key, 0, 0, site, RandomPurpose.Dropout), sizes.Dropout,
            new DropoutMask.BatchPart(unit.FirstStep, unit.Steps, unit.FirstColumn, unit.Columns, _batch.Columns, width),
            MemoryMarshal.Cast<byte, float>(mask.bytes));
        return x * DeviceTransfer.To(mask, _device);
    }

    // What a unit keeps between its passes.
    private sealed class UnitGraph : IDisposable
    {
        private readonly List<Tensor> _kept = [];

        public Tensor? Incoming { get; set; }

        public Tensor? Outgoing { get; set; }

        public Tensor? Loss { get; set; }

        public long Targets { get; set; }

        public List<(Tensor H, Tensor C)> Starts { get; } = [];

        public List<(Tensor H, Tensor C)> States { get; } = [];

        public Tensor Keep(Tensor tensor)
        {
            _kept.Add(tensor.DetachFromDisposeScope());
            return tensor;
        }

        // After the backward pass: only the gradients of its starting state are still wanted.
        public void Release()
        {
            Incoming?.Dispose();
            Outgoing?.Dispose();
            Loss?.Dispose();
            (Incoming, Outgoing, Loss) = (null, null, null);
        }

        public void Dispose()
        {
            Release();
            _kept.ForEach(tensor => tensor.Dispose());
            _kept.Clear();
        }
    }
}
