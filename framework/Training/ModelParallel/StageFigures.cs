namespace Compression.Training.ModelParallel;

/// <summary>What one stage of one replica did in this process's part of the run.</summary>
public sealed record StageFigures
{
    /// <summary>Its number.</summary>
    public required int Stage { get; init; }

    /// <summary>Its replica.</summary>
    public required int Replica { get; init; }

    /// <summary>Its LSTM layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Its parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Seconds of forward passes.</summary>
    public required double ForwardSeconds { get; init; }

    /// <summary>Seconds of backward passes.</summary>
    public required double BackwardSeconds { get; init; }

    /// <summary>Seconds of handing over what it sends.</summary>
    public required double SendSeconds { get; init; }

    /// <summary>Seconds of waiting for neighbours' messages.</summary>
    public required double WaitSeconds { get; init; }

    /// <summary>Seconds of all steps, from their start to the exchange of the norm.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Positions of batches, padding included, that it computed.</summary>
    public required double Positions { get; init; }

    /// <summary>Bytes of activations sent to the next stage, evaluations included.</summary>
    public required double ActivationBytes { get; init; }

    /// <summary>Bytes of their gradients sent to the stage before.</summary>
    public required double GradientBytes { get; init; }

    /// <summary>Largest resident set of its process.</summary>
    public required double PeakMemoryBytes { get; init; }
}
