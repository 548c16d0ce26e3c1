using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>
/// The predefined handles of one MPI library, each as wide as a pointer. MPICH's are C ints that a callee reads from the low
/// half; Open MPI's are addresses of exported objects.
/// </summary>
internal sealed record MpiHandles(
    nint World,
    nint Byte,
    nint Int,
    nint Float,
    nint Double,
    nint Sum,
    nint Max,
    nint Min,
    nint ErrorsReturn)
{
    /// <summary>The integers that every library of the MPICH ABI initiative (MPICH, Intel MPI, MVAPICH) compiles in.</summary>
    public static MpiHandles OfMpich(nint library) => new(
        World: 0x44000000,
        Byte: 0x4c00010d,
        Int: 0x4c000405,
        Float: 0x4c00040a,
        Double: 0x4c00080b,
        Sum: 0x58000003,
        Max: 0x58000001,
        Min: 0x58000002,
        ErrorsReturn: 0x54000001);

    /// <summary>The objects behind the macros of Open MPI's mpi.h.</summary>
    public static MpiHandles OfOpenMpi(nint library)
    {
        nint Address(string name) => NativeLibrary.GetExport(library, name);
        return new(
            World: Address("ompi_mpi_comm_world"),
            Byte: Address("ompi_mpi_byte"),
            Int: Address("ompi_mpi_int"),
            Float: Address("ompi_mpi_float"),
            Double: Address("ompi_mpi_double"),
            Sum: Address("ompi_mpi_op_sum"),
            Max: Address("ompi_mpi_op_max"),
            Min: Address("ompi_mpi_op_min"),
            ErrorsReturn: Address("ompi_mpi_errors_return"));
    }
}
