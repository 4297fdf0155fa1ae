namespace PasswordBoss.EntraConnector.Model;

/// <summary>The program of a task.</summary>
/// <param name="PowerShellHome">The folder of the current PowerShell.</param>
/// <param name="Script">The script that syncs; it accepts <c>-Name</c>.</param>
/// <param name="Module">The folder of the module. It contains the script, and the script imports it.</param>
public sealed record TaskProgram(string PowerShellHome, string Script, string Module)
{
    /// <summary>Whether it keeps running and starts the runs itself; otherwise the scheduler starts it for each sync.</summary>
    public bool IsResident { get; init; }

    /// <summary>The full path of the log; null for the one below the folder of the store.</summary>
    public string? LogPath { get; init; }

    /// <summary>Which connections count in the exit code.</summary>
    public FailureScope FailOn { get; init; }
}
