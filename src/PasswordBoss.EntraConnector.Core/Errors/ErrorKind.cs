namespace PasswordBoss.EntraConnector.Errors;

/// <summary>The class of an error. The names are those of PowerShell's error categories, so that a shell can show them without a table.</summary>
public enum ErrorKind
{
    /// <summary>Not told.</summary>
    NotSpecified,
    /// <summary>What was given cannot be used.</summary>
    InvalidArgument,
    /// <summary>Not possible in this state.</summary>
    InvalidOperation,
    /// <summary>What came back cannot be used.</summary>
    InvalidData,
    /// <summary>What was named does not exist.</summary>
    ObjectNotFound,
    /// <summary>What was named exists already.</summary>
    ResourceExists,
    /// <summary>In use.</summary>
    ResourceBusy,
    /// <summary>Not to be had now.</summary>
    ResourceUnavailable,
    /// <summary>Who we are was not accepted.</summary>
    AuthenticationError,
    /// <summary>Who we are may not do this.</summary>
    PermissionDenied,
    /// <summary>The other side cannot be trusted.</summary>
    SecurityError,
    /// <summary>The other side cannot be reached.</summary>
    ConnectionError,
    /// <summary>A limit holds this back.</summary>
    LimitsExceeded,
    /// <summary>Stopped by the user.</summary>
    OperationStopped,
    /// <summary>Could not be written.</summary>
    WriteError,
}
