namespace PasswordBoss.EntraConnector.Errors;

/// <summary>The kind of an error. The names are PowerShell's error categories, so that no mapping is needed.</summary>
public enum ErrorKind
{
    /// <summary>An unexpected error.</summary>
    NotSpecified,
    /// <summary>An argument is invalid.</summary>
    InvalidArgument,
    /// <summary>Not possible in the current state.</summary>
    InvalidOperation,
    /// <summary>Data is invalid: a response, a file, stored data or a user.</summary>
    InvalidData,
    /// <summary>The object does not exist.</summary>
    ObjectNotFound,
    /// <summary>The object already exists.</summary>
    ResourceExists,
    /// <summary>In use.</summary>
    ResourceBusy,
    /// <summary>Not available at the moment.</summary>
    ResourceUnavailable,
    /// <summary>Authentication failed.</summary>
    AuthenticationError,
    /// <summary>Permission denied.</summary>
    PermissionDenied,
    /// <summary>A server, a file or a setting cannot be trusted.</summary>
    SecurityError,
    /// <summary>The other side cannot be reached.</summary>
    ConnectionError,
    /// <summary>A limit is exceeded.</summary>
    LimitsExceeded,
    /// <summary>Stopped by the user or at a time limit.</summary>
    OperationStopped,
    /// <summary>A write failed.</summary>
    WriteError,
}
