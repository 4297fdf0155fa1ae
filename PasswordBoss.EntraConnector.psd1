@{
    RootModule             = 'module/PasswordBoss.EntraConnector.psm1'
    ModuleVersion          = '0.2.0'
    GUID                   = '3d7c5b0e-5f4d-4a3c-9a52-1f0f6a7e2c84'
    Author                 = 'PasswordBoss.EntraConnector contributors'
    Copyright              = 'Copyright (c) PasswordBoss.EntraConnector contributors'
    Description            = 'Keeps the accounts of Password Boss equal to one Entra ID group: creates, updates, disables and enables them, and syncs groups.'
    PowerShellVersion      = '5.1'
    CompatiblePSEditions   = @('Desktop', 'Core')
    TypesToProcess         = @('module/PasswordBoss.EntraConnector.types.ps1xml')
    FormatsToProcess       = @('module/PasswordBoss.EntraConnector.format.ps1xml')
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    CmdletsToExport        = @(
        'Backup-PBState'
        'Connect-PBEntra'
        'Disconnect-PBEntra'
        'Edit-PBSandbox'
        'Export-PBConfiguration'
        'Export-PBMetric'
        'Export-PBSyncReport'
        'Get-PBAlert'
        'Get-PBConnection'
        'Get-PBConnectorStatus'
        'Get-PBLink'
        'Get-PBSyncGroup'
        'Get-PBSyncHistory'
        'Get-PBSyncRule'
        'Get-PBSyncTask'
        'Get-PBUser'
        'Import-PBConfiguration'
        'Invoke-PBSync'
        'New-PBEntraApplication'
        'Register-PBAlert'
        'Register-PBSyncTask'
        'Remove-PBLink'
        'Restore-PBState'
        'Set-PBConnection'
        'Set-PBLink'
        'Set-PBSyncGroup'
        'Set-PBSyncRule'
        'Test-PBAlert'
        'Test-PBConnection'
        'Unregister-PBAlert'
        'Unregister-PBSyncTask'
        'Watch-PBSync'
    )
    PrivateData            = @{
        PSData = @{
            Tags = @('PasswordBoss', 'EntraID', 'AzureAD', 'SCIM', 'Provisioning', 'MSP', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
        }
    }
}
