using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Reporting;
using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Torch.Storage;
using Compression.Training.Checkpoints;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Parameters;

/// <summary>
/// A module whose parameters lie in one vector and whose gradients lie in another, so that the exchange sees one flat bucket and the
/// optimizer makes one pass. On the CPU the bucket is the gradients' own memory; that of another device is on the host, pinned, and filled and read by copies. Where the module is to compute
/// with rounded weights, it has them beside those that are trained.
/// </summary>
public sealed class FlatModel : IWholeModel, IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly FlatStorage _gradients;
    private readonly IReadOnlyList<(string Name, Parameter Parameter)> _named;
    private readonly Tensor? _onHost;
    private readonly PartwiseDownload? _downloads;
    private readonly Tensor? _trained;
    private readonly ScalarType? _rounding;

    /// <param name="module">Its trainable parameters, in the order of <c>named_parameters</c>, become the layout.</param>
    /// <param name="withSquares">Makes room for the squares of micro-batches' gradients.</param>
    /// <param name="rounding">The type to which the weights are rounded that the module computes with; null for none.</param>
    public FlatModel(nn.Module module, bool withSquares = false, ScalarType? rounding = null)
    {
        using var noGradient = no_grad();
        _named = [.. module.named_parameters().Select(pair => (pair.name, pair.parameter))];
        Parameter[] parameters = [.. _named.Select(pair => pair.Parameter)];
        _parameters = new FlatParameters(parameters);
        _gradients = new FlatStorage(parameters);
        _onHost = DeviceTransfer.HostRoomFor(_gradients.Flat);
        _downloads = _onHost is null ? null : new PartwiseDownload(_gradients.Flat, _onHost);
        _rounding = rounding;
        _trained = rounding is null ? null : _parameters.Flat.clone().DetachFromDisposeScope();
        RoundParameters();
        var layout = BucketLayout.Create(_named.Select(pair => (pair.Name, (IReadOnlyList<long>)pair.Parameter.shape)));
        Bucket = new GradientBucket(layout, new TensorMemory(_onHost ?? _gradients.Flat).Memory)
        {
            Squares = withSquares ? new float[layout.Length] : default,
        };
    }

    /// <summary>Whether parameters and gradients lie on the host, where kernels read them.</summary>
    public bool IsOnHost => _onHost is null;

    /// <summary>The gradients as the exchange sees them.</summary>
    public GradientBucket Bucket { get; }

    /// <summary>All parameters as one tensor, on the model's device, as they are trained and saved: whoever changes them calls <see cref="RoundParameters"/>.</summary>
    public Tensor FlatParameters => _trained ?? _parameters.Flat;

    /// <summary>All gradients as one tensor, on the model's device.</summary>
    public Tensor FlatGradients => _gradients.Flat;

    /// <summary>Calls <paramref name="ready"/> with the index of each slot whose gradient a backward pass has completed.</summary>
    public GradientReady WhenReady(Action<int> ready) => GradientReady.Register([.. _named.Select(pair => pair.Parameter)], ready);

    /// <summary>Clears the gradients before a backward pass, which adds.</summary>
    public void ZeroGradients() => _gradients.Zero();

    /// <summary>
    /// Scales all gradients so that their 2-norm is at most <paramref name="maxNorm"/>, as PyTorch's clip_grad_norm_ does: the norm is
    /// that of the parameters' float32 norms, the factor maxNorm/(norm + 1e-6), at most 1.
    /// </summary>
    /// <param name="maxNorm">The limit; 0 for none.</param>
    /// <returns>The norm before, not finite if a gradient is not, and the factor.</returns>
    public (double Norm, float Factor) ClipNorm(double maxNorm)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var norms = stack(_named.Select(pair => pair.Parameter.grad!.norm()).ToArray());
        float norm = (float)DeviceTransfer.Read(norms.norm());
        float factor = (float)maxNorm / (norm + 1e-6f);
        if (maxNorm == 0 || !(factor < 1))
        {
            return (norm, 1);
        }

        _gradients.Flat.mul_(factor);
        return (norm, factor);
    }

    /// <summary>Multiplies all gradients.</summary>
    public void ScaleGradients(double factor)
    {
        using var noGradient = no_grad();
        _gradients.Flat.mul_(factor);
    }

    /// <summary>Brings the gradients of a backward pass into the bucket.</summary>
    public void DownloadGradients()
    {
        if (_onHost is not null)
        {
            DeviceTransfer.Copy(_onHost, _gradients.Flat);
        }
    }

    /// <summary>Starts to bring one slot's gradient into the bucket, when it is complete.</summary>
    public void BeginDownload(int slot) => _downloads?.Begin(slot, Layout.Slots[slot].Offset, Layout.Slots[slot].Length);

    /// <summary>Waits until a slot's gradient is in the bucket.</summary>
    public void FinishDownload(int slot) => _downloads?.Wait(slot);

    /// <summary>Brings the bucket's averages back to the model's device.</summary>
    public void UploadGradients()
    {
        if (_onHost is not null)
        {
            DeviceTransfer.Copy(_gradients.Flat, _onHost);
        }
    }

    /// <summary>Waits until the model's device has done what it was given.</summary>
    public void FinishDevice() => DeviceTransfer.Finish(FlatParameters.device);

    /// <summary>Hands all parameters to <paramref name="change"/> and takes over what it leaves in them.</summary>
    public void ChangeParameters(Action<Span<float>> change)
    {
        using var noGradient = no_grad();
        using var onHost = DeviceTransfer.ToHost(FlatParameters);
        change(MemoryMarshal.Cast<byte, float>(onHost.bytes));
        if (!IsOnHost)
        {
            DeviceTransfer.Copy(FlatParameters, onHost);
        }

        RoundParameters();
    }

    /// <summary>Gives the module the rounded weights; nothing where it computes with those that are trained.</summary>
    public void RoundParameters()
    {
        if (_trained is not null)
        {
            using var noGradient = no_grad();
            using var rounded = _trained.to(_rounding!.Value);
            _parameters.Flat.copy_(rounded);
        }
    }

    /// <summary>Copies rank 0's parameters to all, so that ranks on different machines start from the same bits.</summary>
    public void Synchronize(ICommunicator communicator)
    {
        if (communicator.WorldSize > 1)
        {
            ChangeParameters(parameters => communicator.Broadcast(MemoryMarshal.AsBytes(parameters), root: 0));
        }
    }

    public BucketLayout Layout => Bucket.Layout;

    public void Walk(Action<ParameterSlot, ReadOnlySpan<float>> visit)
    {
        using var onHost = DeviceTransfer.ToHost(FlatParameters);
        foreach (var slot in Layout.Slots)
        {
            visit(slot, MemoryMarshal.Cast<byte, float>(onHost.bytes).Slice(slot.Offset, slot.Length));
        }
    }

    public void Send()
    {
    }

    /// <summary>Reads all parameters from a file.</summary>
    /// <param name="file">Holds a float32 tensor of every parameter's name and shape, and perhaps others.</param>
    /// <param name="shownAs">The file, for messages.</param>
    /// <param name="code">How the program ends where the file does not fit.</param>
    /// <exception cref="UserErrorException">A tensor is missing or has another shape; it is named.</exception>
    public void Read(SafetensorsFile file, string shownAs, ExitCode code)
    {
        foreach (var slot in Bucket.Layout.Slots)
        {
            file.Require(slot.Name, slot.Shape, shownAs, code);
        }

        ChangeParameters(parameters =>
        {
            foreach (var slot in Bucket.Layout.Slots)
            {
                file.Read(slot.Name, parameters.Slice(slot.Offset, slot.Length));
            }
        });
    }

    public void Dispose()
    {
        _gradients.Dispose();
        _parameters.Dispose();
        _downloads?.Dispose();
        _onHost?.Dispose();
        _trained?.Dispose();
    }
}
