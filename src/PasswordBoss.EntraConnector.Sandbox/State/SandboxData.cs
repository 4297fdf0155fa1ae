namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>All data of a sandbox: one tenant and one company.</summary>
internal sealed class SandboxData
{
    public SandboxData(EntraDirectory directory, PasswordBossCompany company)
    {
        Directory = directory;
        Company = company;
    }

    public EntraDirectory Directory { get; }

    public PasswordBossCompany Company { get; }
}
