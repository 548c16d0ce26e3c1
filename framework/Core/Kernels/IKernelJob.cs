namespace Compression.Core.Kernels;

/// <summary>Work that falls into independent parts. Parts are cut by the data alone, so that results do not depend on the threads.</summary>
public interface IKernelJob
{
    /// <summary>Does one part; must not throw.</summary>
    void Execute(int part);
}
