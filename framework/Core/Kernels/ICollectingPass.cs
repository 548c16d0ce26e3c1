namespace Compression.Core.Kernels;

/// <summary>A pass over a buffer that picks entries, as an <see cref="IKernelJob"/> with room for them.</summary>
public interface ICollectingPass
{
    /// <summary>Does one part, which ends with <see cref="CandidateRoom.End"/>; must not throw.</summary>
    void Execute(int part, CandidateRoom room);
}
