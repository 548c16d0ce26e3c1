using Compression.Core.Contracts;

namespace Compression.Training.Sessions;

/// <summary>What workers exchange, and what comes of it. The model's flat gradient holds what one sends, and then the mean.</summary>
internal interface ISynchronization : ICheckpointable, IDisposable
{
    /// <summary>Takes over the model's weights, which are the same on all ranks, at the start of the run and after <see cref="ICheckpointable.Load"/>.</summary>
    void Begin()
    {
    }

    /// <summary>Whether workers exchange something after a step; the same on all.</summary>
    /// <param name="step">Steps done before it.</param>
    /// <param name="isLast">It is the last of the run, at whose end all weights are to be the same.</param>
    bool Meets(long step, bool isLast) => true;

    /// <summary>Puts a worker's weights into the model, before its forward pass.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    void Enter(int worker)
    {
    }

    /// <summary>After a worker's backward pass: its own step, where it takes one, and what it sends, where all meet.</summary>
    /// <param name="worker">Index of the worker within this process; they come in order.</param>
    /// <param name="step">Steps done before this one.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="meets">Whether workers exchange something after it.</param>
    void Prepare(int worker, long step, double rate, bool meets)
    {
    }

    /// <summary>The step of all, from the mean of what they sent.</summary>
    /// <param name="step">Steps done before this one.</param>
    /// <param name="rate">The learning rate.</param>
    void Complete(long step, double rate);

    /// <summary>Puts the shared weights into the model, to be evaluated or written.</summary>
    void EnterShared()
    {
    }

    void IDisposable.Dispose()
    {
    }
}
