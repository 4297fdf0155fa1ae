using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// Errors for a state folder or file that the operating system does not let us use. If the disk is full or read-only, the usual recommendation does not
/// help.
/// </summary>
public static class UnusableState
{
    // HResult values in .NET: on Linux the plain codes of ENOSPC, EROFS and EDQUOT, on Windows its own codes.
    private const int DiskFull = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;
    private const int WindowsWriteProtected = unchecked((int)0x80070013);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>The error for a system error on a folder or file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="code">The <c>HResult</c> of the exception.</param>
    /// <param name="reason">The message of the exception.</param>
    public static Problem Of(string path, int code, MessageArgument reason) => code switch
    {
        DiskFull or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull => Full(path),
        ReadOnlyFileSystem or WindowsWriteProtected => ReadOnly(path),
        _ => Problems.StateFolderUnusable(path, reason).About(path),
    };

    /// <summary>The disk with the state is full.</summary>
    /// <param name="path">The folder or file.</param>
    public static Problem Full(string path) =>
        new Problem(ErrorId.StateFolderUnusable, Texts.StateFolderUnusableDiskFull(path), Texts.AdviceDiskFull).About(path).Because(ProblemCause.DiskFull);

    /// <summary>The state can be read but not written.</summary>
    /// <param name="path">The folder or file.</param>
    public static Problem ReadOnly(string path) =>
        new Problem(ErrorId.StateFolderUnusable, Texts.StateFolderUnusableReadOnly(path), Texts.AdviceReadOnly).About(path).Because(ProblemCause.ReadOnly);

    /// <summary>The tables of a database do not match the schema version that it reports. The file stays in place.</summary>
    /// <param name="path">The database.</param>
    /// <param name="reason">The difference.</param>
    public static Problem OfAnotherSchema(string path, MessageArgument reason) =>
        new Problem(ErrorId.StateDamaged, Texts.StateDamagedSchema(path, reason), Texts.AdviceStateSchema).About(path).Because(ProblemCause.OtherSchema);

    /// <summary>Whether an error comes from <see cref="OfAnotherSchema"/>: the names of connections may still be readable.</summary>
    /// <param name="error">The error.</param>
    public static bool IsOfAnotherSchema(Problem error) => error.Cause == ProblemCause.OtherSchema;

    /// <summary>Whether an error only means that nothing can be written: existing data can still be read.</summary>
    /// <param name="error">The error.</param>
    public static bool OnlyForbidsWriting(Problem error) => error.Cause is ProblemCause.DiskFull or ProblemCause.ReadOnly;
}
