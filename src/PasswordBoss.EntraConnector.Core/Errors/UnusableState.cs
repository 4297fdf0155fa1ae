using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// The errors for a folder or file of the state that the system does not let us use. Where the disk is full, or nothing may be written, the usual advice would
/// not help.
/// </summary>
public static class UnusableState
{
    private const string RoomAdvice = "Advice_DiskFull";
    private const string WriteAdvice = "Advice_ReadOnly";
    private const string SchemaAdvice = "Advice_StateSchema";

    // What .NET hands on as HResult: ENOSPC, EROFS and EDQUOT (Linux) as they are, and the codes of Windows.
    private const int DiskFull = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;
    private const int WindowsWriteProtected = unchecked((int)0x80070013);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>What the system says of a folder or file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="code">The <c>HResult</c> of the exception.</param>
    /// <param name="reason">Its message.</param>
    public static ConnectorException Of(string path, int code, string reason) => code switch
    {
        DiskFull or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull => Full(path),
        ReadOnlyFileSystem or WindowsWriteProtected => ReadOnly(path),
        _ => new ConnectorException(ErrorId.StateFolderUnusable, path, reason) { Target = path },
    };

    /// <summary>The disk of a state is full.</summary>
    /// <param name="path">The folder or file.</param>
    public static ConnectorException Full(string path) =>
        ConnectorException.Saying(ErrorId.StateFolderUnusable, new Message("StateFolderUnusable_DiskFull", path), path, targetIsUnnamed: false).Advising(new Message(RoomAdvice));

    /// <summary>A state can be read and not written.</summary>
    /// <param name="path">The folder or file.</param>
    public static ConnectorException ReadOnly(string path) =>
        ConnectorException.Saying(ErrorId.StateFolderUnusable, new Message("StateFolderUnusable_ReadOnly", path), path, targetIsUnnamed: false).Advising(new Message(WriteAdvice));

    /// <summary>The tables of a state are not those of the version that it claims to have. The file stays where it is.</summary>
    /// <param name="path">The database.</param>
    /// <param name="reason">What does not fit.</param>
    public static ConnectorException OfAnotherSchema(string path, string reason) =>
        ConnectorException.Saying(ErrorId.StateDamaged, new Message("StateDamaged_Schema", path, reason), path, targetIsUnnamed: false).Advising(new Message(SchemaAdvice));

    /// <summary>Whether an error is one of <see cref="OfAnotherSchema"/>: names of connections may still be read.</summary>
    /// <param name="error">The error.</param>
    public static bool IsOfAnotherSchema(ConnectorException error) => error.Recommendation.Id == SchemaAdvice;

    /// <summary>Whether an error says no more than that nothing can be written: what stands there may be read.</summary>
    /// <param name="error">The error.</param>
    public static bool OnlyForbidsWriting(ConnectorException error) => error.Recommendation.Id is RoomAdvice or WriteAdvice;
}
