namespace Compression.Mpi.Interop;

/// <summary>The predefined handles of one MPI library, and <c>MPI_IN_PLACE</c>.</summary>
internal sealed record MpiHandles(nint World, nint Byte, nint Int, nint Float, nint Double, nint Sum, nint Max, nint Min, nint ErrorsReturn, nint InPlace);
