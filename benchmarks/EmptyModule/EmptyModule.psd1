@{
    RootModule        = 'EmptyModule.dll'
    ModuleVersion     = '1.0.0'
    GUID              = 'b6f1c0a5-8a3e-4d57-9f0e-4f7a52c1d6a3'
    PowerShellVersion = '5.1'
    CmdletsToExport   = @('Get-Nothing')
}
